//! Wednesday morning: the bill's alarm rings, root is fetched from the safe, and Martha cleans up.

use serde_json::{Value, json};

use super::cast::{self, DATA, EU, OFFICE, OFFICE_CLI, PROD, US};
use super::clock::at;
use super::compute::label;
use super::scene::Story;

/// The root user signs in with its second factor and takes the intruder's key away.
pub(crate) fn root(story: &mut Story) {
    let now = at(3, "08:02:30");
    let mut scene = story.scene(now, (PROD, US), cast::root(PROD, Some(now)), OFFICE);
    scene.sign_in(cast::root(PROD, None), "Yes", None);
    scene.read("iam", "GetAccountSummary", Value::Null);
    scene.read("iam", "ListUsers", Value::Null);
    let request =
        json!({"userName": "svc-telemetry", "accessKeyId": cast::key_of("svc-telemetry"), "status": "Inactive"});
    scene.write("iam", "UpdateAccessKey", request, Value::Null);
}

/// What the intruder left is removed, account by account.
pub(crate) fn clean(story: &mut Story) {
    let who = cast::user(PROD, "martha");
    let mut scene = story.scene(at(3, "08:31:00"), (PROD, US), who.clone(), OFFICE_CLI);
    let user = "svc-telemetry";
    let policy = "arn:aws:iam::aws:policy/AdministratorAccess";
    scene.write("iam", "DetachUserPolicy", json!({"userName": user, "policyArn": policy}), Value::Null);
    scene.write("iam", "DeleteAccessKey", json!({"userName": user, "accessKeyId": cast::key_of(user)}), Value::Null);
    scene
        .write("iam", "DeleteLoginProfile", json!({"userName": user}), Value::Null)
        .failed("NoSuchEntityException", &format!("Login Profile for User {user} cannot be found."));
    scene.write("iam", "DeleteUser", json!({"userName": user}), Value::Null);
    scene.write("iam", "UpdateLoginProfile", json!({"userName": "mateo", "passwordResetRequired": true}), Value::Null);
    let mut scene = story.scene(at(3, "08:41:00"), (PROD, EU), who, OFFICE_CLI);
    scene.write("cloudtrail", "StartLogging", json!({"name": "regional-audit"}), Value::Null);
    scene.terminate("eu miner 0", 2);
    scene.terminate("eu miner 1", 1);
    scene.rule("RevokeSecurityGroupIngress", &label(EU, "miner"), 22, "0.0.0.0/0");
    scene.rule("RevokeSecurityGroupIngress", &label(EU, "miner"), 3333, "::/0");
    let now = at(3, "08:52:00");
    let who = cast::role(DATA, "security-response", "martha", now);
    let mut scene = story.scene(now, (DATA, EU), who, OFFICE_CLI);
    let bucket = "example-customer-exports";
    scene.bucket("DeleteBucketPolicy", bucket, json!({"policy": ""}));
    let block = json!({
        "publicAccessBlock": "",
        "PublicAccessBlockConfiguration": {
            "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
            "BlockPublicAcls": true,
            "IgnorePublicAcls": true,
            "BlockPublicPolicy": true,
            "RestrictPublicBuckets": true,
        },
    });
    scene.bucket("PutBucketPublicAccessBlock", bucket, block);
    let request = json!({
        "roleName": "data-admin",
        "policyDocument": json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}).to_string(),
    });
    scene.write("iam", "UpdateAssumeRolePolicy", request, Value::Null);
}
