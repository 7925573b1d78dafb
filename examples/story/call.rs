//! One call, and the record CloudTrail makes of it.
//!
//! Source: CloudTrail User Guide, "CloudTrail record contents".

use serde_json::{Map, Value, json};

use super::cast::Who;
use super::clock::Time;
use super::ids;

/// The folder a record is delivered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Folder {
    /// Management and data events.
    CloudTrail,
    /// What CloudTrail noticed by itself.
    Insight,
    /// Calls through a VPC endpoint.
    NetworkActivity,
}

impl Folder {
    /// The folder's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CloudTrail => "CloudTrail",
            Self::Insight => "CloudTrail-Insight",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
        }
    }
}

/// One call. What most calls have in common is set when it is made; the methods change the rest.
pub(crate) struct Call {
    /// When it was made.
    pub(crate) time: Time,
    /// The account that receives the record.
    pub(crate) account: &'static str,
    /// The region it was made to.
    pub(crate) region: &'static str,
    /// The folder its record goes to.
    pub(crate) folder: Folder,
    /// Names the call among all others; its ids are made from it.
    pub(crate) number: usize,
    pub(super) who: Who,
    pub(super) ip: String,
    pub(super) agent: String,
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    pub(super) read: bool,
    pub(super) request: Value,
    pub(super) response: Value,
    pub(super) error: Option<(String, String)>,
    pub(super) additional: Option<Value>,
    pub(super) resources: Vec<Value>,
    pub(super) host: Option<String>,
    /// Members a kind of record has beyond the common ones, or in place of them.
    pub(super) extra: Map<String, Value>,
}

impl Call {
    /// Refused for want of a permission, in the words of the service.
    pub(crate) fn denied(&mut self, resource: &str) -> &mut Self {
        let (arn, action) = (self.who.arn(), format!("{}:{}", self.service, self.name));
        let (code, message) = match self.service {
            "ec2" => (
                "Client.UnauthorizedOperation",
                format!(
                    "You are not authorized to perform this operation. User: {arn} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
                ),
            ),
            "s3" | "iam" | "sts" => (
                "AccessDenied",
                format!(
                    "User: {arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
                ),
            ),
            _ => (
                "AccessDeniedException",
                format!(
                    "User: {arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
                ),
            ),
        };
        self.failed(code, &message)
    }

    /// Failed; nothing was changed.
    pub(crate) fn failed(&mut self, code: &str, message: &str) -> &mut Self {
        self.error = Some((code.to_owned(), message.to_owned()));
        self.response = Value::Null;
        self
    }

    /// Names a resource of the call.
    pub(crate) fn touches(&mut self, account: &str, kind: &str, arn: &str) -> &mut Self {
        self.resources.push(json!({"accountId": account, "type": kind, "ARN": arn}));
        self
    }

    /// Sets a member of the record, whatever it is.
    pub(crate) fn set(&mut self, key: &str, value: Value) -> &mut Self {
        self.extra.insert(key.to_owned(), value);
        self
    }

    /// Sets `additionalEventData`.
    pub(crate) fn beside(&mut self, additional: Value) -> &mut Self {
        self.additional = Some(additional);
        self
    }

    /// A call on data rather than on configuration.
    pub(crate) fn data(&mut self) -> &mut Self {
        self.set("managementEvent", json!(false)).set("eventCategory", json!("Data"))
    }

    /// Marks the copies of one call in two accounts.
    pub(crate) fn shared(&mut self, id: &str) -> &mut Self {
        self.set("sharedEventID", json!(id))
    }

    /// The record, members in the order CloudTrail writes them.
    pub(crate) fn record(&self) -> Value {
        let id = ids::uuid(&format!("event {}", self.number));
        if self.folder == Folder::Insight {
            return self.insight(&id);
        }
        let mut record = json!({
            "eventVersion": version(self.service),
            "userIdentity": self.who.identity,
            "eventTime": self.time.iso(),
            "eventSource": format!("{}.amazonaws.com", self.service),
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": self.ip,
        });
        if !self.agent.is_empty() {
            record["userAgent"] = json!(self.agent);
        }
        if let Some((code, message)) = &self.error {
            // A failed sign-in has a message and no code.
            if !code.is_empty() {
                record["errorCode"] = json!(code);
            }
            record["errorMessage"] = json!(message);
        }
        record["requestParameters"] = self.request.clone();
        record["responseElements"] = self.response.clone();
        if let Some(additional) = &self.additional {
            record["additionalEventData"] = additional.clone();
        }
        match self.service {
            "signin" => {}
            "s3" => record["requestID"] = json!(ids::s3_request(&format!("request {}", self.number))),
            _ => record["requestID"] = json!(ids::uuid(&format!("request {}", self.number))),
        }
        record["eventID"] = json!(id);
        record["readOnly"] = json!(self.read);
        if !self.resources.is_empty() {
            record["resources"] = json!(self.resources);
        }
        record["eventType"] = json!(if self.service == "signin" { "AwsConsoleSignIn" } else { "AwsApiCall" });
        record["managementEvent"] = json!(true);
        record["recipientAccountId"] = json!(self.account);
        record["eventCategory"] = json!("Management");
        if let Some(host) = &self.host {
            record["tlsDetails"] = json!({
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": host,
            });
        }
        if self.who.console {
            record["sessionCredentialFromConsole"] = json!("true");
        }
        for (key, value) in &self.extra {
            record[key] = value.clone();
        }
        record
    }

    fn insight(&self, id: &str) -> Value {
        let mut record = json!({
            "eventVersion": "1.09",
            "eventTime": self.time.iso(),
            "awsRegion": self.region,
            "eventID": id,
            "eventType": "AwsCloudTrailInsight",
            "recipientAccountId": self.account,
        });
        for (key, value) in &self.extra {
            record[key] = value.clone();
        }
        record["eventCategory"] = json!("Insight");
        record
    }
}

/// Services moved to newer record versions at different times.
fn version(service: &str) -> &'static str {
    match service {
        "signin" | "athena" | "glue" | "monitoring" => "1.08",
        "ecs" | "ecr" | "backup" | "organizations" | "ssm" => "1.09",
        "iam" | "sts" | "ec2" | "guardduty" | "lambda" => "1.10",
        _ => "1.11",
    }
}
