//! The user name of an event, as CloudTrail's event history shows it, for showing and for looking up.
//!
//! Documented is "a user name or role name of the requester", `root` for the root user, and in AWS's examples the
//! name of the session for an assumed role. So, in this order:
//!
//! - `root` for the root user, whatever alias the account has;
//! - `userName`, which users of IAM, of Cognito, SAML and web identities have;
//! - what stands behind the colon of `principalId`: the session of an assumed role, also where only the account of a
//!   role elsewhere is known, and the name of a federated user;
//! - the last part of the ARN of an assumed role or a federated user, in records without a `principalId`.
//!
//! Services (`invokedBy`), bare accounts and users of IAM Identity Center (`onBehalfOf.userId`) have no user name there,
//! and so have none here: `userIdentity` of the record has what is known of them.
//!
//! Sources: CloudTrail API Reference, "Event"; AWS CLI Reference, `lookup-events`; CloudTrail User Guide,
//! "CloudTrail userIdentity element".

use serde_json::Value;

/// The user name of a record; none where event history has none.
#[must_use]
pub fn user_name(record: &Value) -> Option<&str> {
    let identity = record.get("userIdentity")?;
    let text = |name: &str| identity.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let kind = text("type");
    if kind == Some("Root") {
        return Some(ROOT);
    }
    // The name of a session has no colon, nor has that of a user.
    let of_principal = || identity.get("principalId")?.as_str()?.rsplit_once(':').map(|(_, name)| name);
    text("userName").or_else(|| of_principal().filter(|name| !name.is_empty())).or_else(|| match kind {
        Some("AssumedRole" | "FederatedUser") => {
            text("arn")?.rsplit_once('/').map(|(_, name)| name).filter(|name| !name.is_empty())
        }
        _ => None,
    })
}

/// The user name of the root user.
pub(super) const ROOT: &str = "root";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(identity: &str, expected: Option<&str>) {
        let record = serde_json::from_str(&format!("{{\"userIdentity\":{identity}}}")).expect("a record");
        assert_eq!(user_name(&record), expected, "{identity}");
    }

    #[test]
    fn each_kind_of_identity_has_the_name_that_event_history_shows() {
        check(r#"{"type":"Root","principalId":"123456789012","userName":"example-shop"}"#, Some("root"));
        check(r#"{"type":"IAMUser","principalId":"AIDA","userName":"alice"}"#, Some("alice"));
        check(
            r#"{"type":"AssumedRole","principalId":"AROA:deploy","sessionContext":{"sessionIssuer":{"userName":"ci"}}}"#,
            Some("deploy"),
        );
        check(
            r#"{"type":"AssumedRole","arn":"arn:aws:sts::123456789012:assumed-role/ci/bob@example.com"}"#,
            Some("bob@example.com"),
        );
        check(r#"{"type":"FederatedUser","principalId":"123456789012:carol"}"#, Some("carol"));
        check(r#"{"type":"WebIdentityUser","principalId":"idp:app:user","userName":"user"}"#, Some("user"));
        check(r#"{"type":"AWSAccount","principalId":"AROA:session","accountId":"1"}"#, Some("session"));
    }

    #[test]
    fn what_has_no_name_there_has_none_here() {
        check(r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#, None);
        check(r#"{"type":"AWSAccount","principalId":"AIDA","accountId":"1"}"#, None);
        check(r#"{"type":"AssumedRole","principalId":"AROA:"}"#, None);
        check(r#"{"type":"IAMUser","userName":"","principalId":7}"#, None);
        check("null", None);
        check("[]", None);
        assert_eq!(user_name(&Value::Null), None);
    }
}
