//! A scene: somebody, somewhere, makes one call after another.

use serde_json::{Map, Value, json};

use super::call::{Call, Folder};
use super::cast::{Origin, US, Who};
use super::clock::Time;
use super::ids::{self, Ids};

/// All calls made so far.
#[derive(Default)]
pub(crate) struct Story {
    /// In the order they were told.
    pub(crate) calls: Vec<Call>,
}

impl Story {
    /// Begins a scene: one caller in one account and region.
    pub(crate) fn scene(
        &mut self,
        now: Time,
        (account, region): (&'static str, &'static str),
        who: Who,
        origin: Origin,
    ) -> Scene<'_> {
        Scene { story: self, now, account, region, who, ip: origin.ip.to_owned(), agent: origin.agent.to_owned() }
    }

    /// Begins a scene that a service plays: its name stands for address and agent.
    pub(crate) fn service_scene(
        &mut self,
        now: Time,
        (account, region): (&'static str, &'static str),
        who: Who,
        service: &str,
    ) -> Scene<'_> {
        Scene { story: self, now, account, region, who, ip: service.to_owned(), agent: service.to_owned() }
    }
}

/// Somebody, somewhere. The clock moves on a few seconds with every call.
pub(crate) struct Scene<'a> {
    story: &'a mut Story,
    /// When the next call is made.
    pub(crate) now: Time,
    account: &'static str,
    region: &'static str,
    who: Who,
    ip: String,
    agent: String,
}

impl Scene<'_> {
    /// A call that only looks.
    pub(crate) fn read(&mut self, service: &'static str, name: &'static str, request: Value) -> &mut Call {
        let call = self.call(service, name, request);
        call.read = true;
        call
    }

    /// A call that changes something, and what the service answered.
    pub(crate) fn write(
        &mut self,
        service: &'static str,
        name: &'static str,
        request: Value,
        response: Value,
    ) -> &mut Call {
        let call = self.call(service, name, request);
        call.response = response;
        call
    }

    /// A call on a bucket's configuration.
    pub(crate) fn bucket(&mut self, name: &'static str, bucket: &str, more: Value) -> &mut Call {
        let (account, host) = (self.account, format!("{bucket}.s3.{}.amazonaws.com", self.region));
        let mut request = json!({"bucketName": bucket, "Host": host});
        extend(&mut request, more);
        let call = self.call("s3", name, request);
        call.read = name.starts_with("Get");
        call.host = call.host.is_some().then_some(host);
        s3_numbers(call, 0, 0);
        call.touches(account, "AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"))
    }

    /// A call on an object: a data event. Bytes are what went in and what went out.
    pub(crate) fn object(&mut self, name: &'static str, bucket: &str, key: &str, bytes: (u64, u64)) -> &mut Call {
        let (account, host) = (self.account, format!("{bucket}.s3.{}.amazonaws.com", self.region));
        let call = self.call("s3", name, json!({"bucketName": bucket, "Host": host, "key": key}));
        call.read = name.starts_with("Get");
        call.host = call.host.is_some().then_some(host);
        call.resources = vec![
            json!({"type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::{bucket}/{key}")}),
            json!({"accountId": account, "type": "AWS::S3::Bucket", "ARN": format!("arn:aws:s3:::{bucket}")}),
        ];
        s3_numbers(call, bytes.0, bytes.1);
        call.data()
    }

    /// A call on a key of KMS.
    pub(crate) fn key(&mut self, name: &'static str, key: &str, context: Value) -> &mut Call {
        let account = self.account;
        let arn = format!("arn:aws:kms:{}:{account}:key/{}", self.region, ids::uuid(key));
        let request = match name {
            "Decrypt" => json!({"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
            _ => json!({"keyId": arn, "keySpec": "AES_256", "encryptionContext": context}),
        };
        self.read("kms", name, request).touches(account, "AWS::KMS::Key", &arn)
    }

    /// A sign-in to the console; `mfa` is what `MFAUsed` says. A failure is a message, without a code.
    pub(crate) fn sign_in(&mut self, who: Who, mfa: &str, failure: Option<&str>) -> &mut Call {
        let own = std::mem::replace(&mut self.who, who);
        let result = if failure.is_some() { "Failure" } else { "Success" };
        let mut additional = json!({
            "LoginTo": "https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_us-east-1",
            "MobileVersion": "No",
        });
        if let (true, Some(arn)) = (mfa != "No" && failure.is_none(), self.who.identity["arn"].as_str()) {
            let device = arn.replace(":user/", ":mfa/").replace(":root", ":mfa/root-account-mfa-device");
            additional["MFAIdentifier"] = json!(device);
        }
        additional["MFAUsed"] = json!(mfa);
        let call = self.call("signin", "ConsoleLogin", Value::Null);
        call.response = json!({"ConsoleLogin": result});
        call.error = failure.map(|message| (String::new(), message.to_owned()));
        call.who.console = false;
        call.host = Some("us-east-1.signin.aws.amazon.com".to_owned());
        call.beside(additional);
        self.who = own;
        self.story.calls.last_mut().expect("a call was just made")
    }

    /// Lets time pass.
    pub(crate) fn pause(&mut self, seconds: u32) {
        self.now = self.now + seconds;
    }

    fn call(&mut self, service: &'static str, name: &'static str, request: Value) -> &mut Call {
        let number = self.story.calls.len();
        let region = if GLOBAL.contains(&service) { US } else { self.region };
        let direct = !self.ip.ends_with(".amazonaws.com");
        let host = if GLOBAL.contains(&service) {
            format!("{service}.amazonaws.com")
        } else {
            format!("{service}.{region}.amazonaws.com")
        };
        self.story.calls.push(Call {
            time: self.now,
            account: self.account,
            region,
            folder: Folder::CloudTrail,
            number,
            who: self.who.clone(),
            ip: self.ip.clone(),
            agent: self.agent.clone(),
            service,
            name,
            read: false,
            request,
            response: Value::Null,
            error: None,
            additional: None,
            resources: Vec::new(),
            host: direct.then_some(host),
            extra: Map::new(),
        });
        self.now = self.now + 1 + Ids::of(&format!("pace {number}")).below(7);
        self.story.calls.last_mut().expect("a call was just pushed")
    }
}

/// Services that have one endpoint for all regions; they are recorded in us-east-1.
const GLOBAL: &[&str] = &["iam", "organizations", "signin"];

fn s3_numbers(call: &mut Call, bytes_in: u64, bytes_out: u64) {
    call.beside(json!({
        "SignatureVersion": "SigV4",
        "CipherSuite": "TLS_AES_128_GCM_SHA256",
        "bytesTransferredIn": bytes_in,
        "AuthenticationMethod": "AuthHeader",
        "bytesTransferredOut": bytes_out,
    }));
}

fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
