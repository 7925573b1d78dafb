//! Who acts in the story, and from where: the `userIdentity` of every kind of caller.
//!
//! Source: CloudTrail User Guide, "CloudTrail userIdentity element".

use serde_json::{Value, json};

use super::clock::Time;
use super::ids;

/// The account that is broken into first.
pub(crate) const PROD: &str = "111122223333";
/// The account that keeps the customers' data.
pub(crate) const DATA: &str = "444455556666";
/// An account of nobody in the company.
pub(crate) const ELSEWHERE: &str = "777788889999";
/// Where production runs, and where global services are recorded.
pub(crate) const US: &str = "us-east-1";
/// Where the customers' data lies.
pub(crate) const EU: &str = "eu-west-1";

/// An address and what is used there.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// `sourceIPAddress`.
    pub(crate) ip: &'static str,
    /// `userAgent`.
    pub(crate) agent: &'static str,
}

/// The office, in a browser.
pub(crate) const OFFICE: Origin = Origin { ip: "203.0.113.24", agent: BROWSER };
/// The office, in a terminal.
pub(crate) const OFFICE_CLI: Origin = Origin {
    ip: "203.0.113.24",
    agent: "aws-cli/2.27.8 md/Botocore#2.27.8 ua/2.1 os/macos#24.4.0 md/arch#arm64 lang/python#3.13.3 md/pyimpl#CPython cfg/retry-mode#standard",
};
/// The build service.
pub(crate) const BUILDER: Origin = Origin {
    ip: "192.0.2.50",
    agent: "aws-sdk-js/3.812.0 ua/2.1 os/linux#6.11.0 lang/js md/nodejs#22.15.0 api/sts#3.812.0",
};
/// The web servers, behind their gateway.
pub(crate) const SERVERS: Origin = Origin {
    ip: "192.0.2.80",
    agent: "Boto3/1.38.13 md/Botocore#1.38.13 ua/2.1 os/linux#6.1.134 md/arch#x86_64 lang/python#3.11.6",
};
/// The three addresses the passwords are tried from. The middle one gets in.
pub(crate) const SPRAYERS: [Origin; 3] = [
    Origin { ip: "198.51.100.23", agent: STALE_BROWSER },
    Origin { ip: "198.51.100.77", agent: STALE_BROWSER },
    Origin { ip: "198.51.100.140", agent: STALE_BROWSER },
];
/// The intruder's terminal.
pub(crate) const INTRUDER: Origin = Origin {
    ip: "198.51.100.140",
    agent: "aws-cli/2.15.30 Python/3.11.8 Linux/6.6.9-amd64 exe/x86_64.kali.2024 prompt/off",
};

const BROWSER: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:138.0) Gecko/20100101 Firefox/138.0";
const STALE_BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36";

/// A caller, as records describe one.
#[derive(Clone)]
pub(crate) struct Who {
    /// `userIdentity`.
    pub(crate) identity: Value,
    /// Whether the credentials came from a console session.
    pub(crate) console: bool,
}

impl Who {
    fn new(identity: Value) -> Self {
        Self { identity, console: false }
    }

    /// The same caller, with a service calling on its behalf.
    pub(crate) fn through(&self, service: &str) -> Self {
        let mut who = self.clone();
        who.identity["invokedBy"] = json!(service);
        who.console = false;
        who
    }

    /// The caller's ARN; services and strangers have none.
    pub(crate) fn arn(&self) -> &str {
        self.identity["arn"].as_str().unwrap_or("anonymous")
    }

    /// The caller's unique id.
    pub(crate) fn principal(&self) -> &str {
        self.identity["principalId"].as_str().unwrap_or_default()
    }
}

/// A user with a long-term key.
pub(crate) fn user(account: &str, name: &str) -> Who {
    let mut who = signing_in(account, name);
    who.identity["accessKeyId"] = json!(key_of(name));
    who
}

/// A user in a console session.
pub(crate) fn console(account: &str, name: &str, since: Time, mfa: bool) -> Who {
    let mut who = signing_in(account, name);
    who.identity["accessKeyId"] = json!(ids::access_key("ASIA", &format!("{name} {}", since.iso())));
    who.identity["sessionContext"] = json!({"attributes": attributes(since, mfa)});
    who.console = true;
    who
}

/// A user at the sign-in page: known by name, no session yet.
pub(crate) fn signing_in(account: &str, name: &str) -> Who {
    Who::new(json!({
        "type": "IAMUser",
        "principalId": ids::principal("AIDA", name),
        "arn": format!("arn:aws:iam::{account}:user/{name}"),
        "accountId": account,
        "userName": name,
    }))
}

/// A name the account does not have, tried at the sign-in page. AWS hides what was typed: it may be a password.
pub(crate) fn nobody(account: &str) -> Who {
    Who::new(json!({
        "type": "IAMUser",
        "accountId": account,
        "accessKeyId": "",
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }))
}

/// A user whose wrong second factor was refused: recorded without an ARN.
pub(crate) fn refused(account: &str, name: &str) -> Who {
    Who::new(json!({
        "type": "IAMUser",
        "principalId": ids::principal("AIDA", name),
        "accountId": account,
        "accessKeyId": "",
        "userName": name,
    }))
}

/// A role's session.
pub(crate) fn role(account: &str, name: &str, session: &str, since: Time) -> Who {
    let id = ids::principal("AROA", &format!("{account} {name}"));
    Who::new(json!({
        "type": "AssumedRole",
        "principalId": format!("{id}:{session}"),
        "arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        "accountId": account,
        "accessKeyId": ids::access_key("ASIA", &format!("{name} {session} {}", since.iso())),
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": id,
                "arn": format!("arn:aws:iam::{account}:role/{}{name}", role_path(name)),
                "accountId": account,
                "userName": name,
            },
            "attributes": attributes(since, false),
        },
    }))
}

/// The account's root user.
pub(crate) fn root(account: &str, since: Option<Time>) -> Who {
    let mut who = Who::new(json!({
        "type": "Root",
        "principalId": account,
        "arn": format!("arn:aws:iam::{account}:root"),
        "accountId": account,
        "accessKeyId": "",
    }));
    if let Some(since) = since {
        who.identity["accessKeyId"] = json!(ids::access_key("ASIA", &format!("root {}", since.iso())));
        who.identity["sessionContext"] = json!({"attributes": attributes(since, true)});
        who.console = true;
    }
    who
}

/// An AWS service acting on its own.
pub(crate) fn service(name: &str) -> Who {
    Who::new(json!({"type": "AWSService", "invokedBy": name}))
}

/// An AWS service reporting on an account: recorded without a type.
pub(crate) fn internal(account: &str, service: &str) -> Who {
    Who::new(json!({"accountId": account, "invokedBy": service}))
}

/// A caller of another account, as the account that is called sees one.
pub(crate) fn outsider(account: &str, principal: &str) -> Who {
    Who::new(json!({"type": "AWSAccount", "principalId": principal, "accountId": account}))
}

/// Anybody on the internet.
pub(crate) fn anonymous() -> Who {
    outsider("anonymous", "")
}

/// The build service, before it has a role.
pub(crate) fn build_token() -> Who {
    let (provider, subject) = ("token.actions.githubusercontent.com", "repo:example/shop:ref:refs/heads/main");
    Who::new(json!({
        "type": "WebIdentityUser",
        "principalId": format!("arn:aws:iam::{PROD}:oidc-provider/{provider}:sts.amazonaws.com:{subject}"),
        "userName": subject,
        "identityProvider": format!("arn:aws:iam::{PROD}:oidc-provider/{provider}"),
    }))
}

/// The long-term key of a user. The first two are the keys of AWS's own examples.
pub(crate) fn key_of(name: &str) -> String {
    match name {
        "martha" => "AKIAIOSFODNN7EXAMPLE".to_owned(),
        "svc-telemetry" => "AKIAI44QH8DHBEXAMPLE".to_owned(),
        name => ids::access_key("AKIA", name),
    }
}

fn role_path(name: &str) -> &'static str {
    match name {
        name if name.starts_with("AWSReservedSSO_") => "aws-reserved/sso.amazonaws.com/",
        "AWSServiceRoleForAutoScaling" => "aws-service-role/autoscaling.amazonaws.com/",
        "AWSServiceRoleForConfig" => "aws-service-role/config.amazonaws.com/",
        _ => "",
    }
}

fn attributes(since: Time, mfa: bool) -> Value {
    json!({"creationDate": since.iso(), "mfaAuthenticated": mfa.to_string()})
}
