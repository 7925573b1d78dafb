//! The first night, Monday to Tuesday: passwords are tried until one fits, and the door is wedged open.

use serde_json::{Value, json};

use super::cast::{self, EU, INTRUDER, PROD, SPRAYERS, US};
use super::clock::at;
use super::ids;
use super::scene::Story;

const FAILED: &str = "Failed authentication";

/// One password for everybody, from three addresses in turn, slowly enough for no account to be locked.
pub(crate) fn spray(story: &mut Story) {
    let rounds = [
        (0, at(1, "21:33:05")),
        (0, at(1, "22:03:11")),
        (1, at(1, "22:33:40")),
        (2, at(1, "23:06:02")),
        (0, at(1, "23:31:15")),
        (0, at(1, "23:57:20")),
        (1, at(2, "00:06:15")),
    ];
    for (round, (sprayer, now)) in rounds.into_iter().enumerate() {
        let mut scene = story.scene(now, (PROD, US), cast::nobody(PROD), SPRAYERS[sprayer]);
        for name in ["martha", "mateo", "nikki", "zhang"] {
            scene.sign_in(cast::signing_in(PROD, name), "No", Some(FAILED));
            scene.pause(23);
        }
        match round {
            // Names out of a list, which this account does not have.
            0 => {
                for _ in 0..3 {
                    scene.sign_in(cast::nobody(PROD), "No", Some("No username found in supplied account"));
                    scene.pause(11);
                }
            }
            2 => {
                scene.sign_in(cast::root(PROD, None), "No", Some(FAILED));
            }
            // The password fits, the second factor does not: AWS says the same, and leaves the ARN out.
            3 => {
                scene.sign_in(cast::refused(PROD, "nikki"), "Yes", Some(FAILED));
            }
            // The last wrong guess before the right one.
            6 => {
                scene.sign_in(cast::signing_in(PROD, "mateo"), "No", Some(FAILED));
            }
            _ => {}
        }
    }
}

/// Mateo never set up a second factor.
pub(crate) fn sign_in(story: &mut Story) {
    let now = at(2, "00:12:09");
    let mut scene = story.scene(now, (PROD, US), cast::console(PROD, "mateo", now, false), SPRAYERS[1]);
    scene.sign_in(cast::signing_in(PROD, "mateo"), "No", None);
    scene.read("iam", "ListAccessKeys", json!({"userName": "mateo"}));
    scene.read("iam", "ListAttachedUserPolicies", json!({"userName": "mateo"}));
}

/// Everything is asked for; most of it is refused.
pub(crate) fn look_around(story: &mut Story) {
    let now = at(2, "00:15:02");
    let who = cast::console(PROD, "mateo", at(2, "00:12:09"), false);
    let mut scene = story.scene(now, (PROD, US), who.clone(), SPRAYERS[1]);
    scene.read("sts", "GetCallerIdentity", Value::Null);
    scene.read("iam", "ListUsers", Value::Null);
    scene.read("iam", "ListRoles", json!({"maxItems": 1000}));
    scene.read("iam", "GetAccountAuthorizationDetails", json!({"maxItems": 1000})).denied("*");
    scene.read("iam", "ListAccountAliases", Value::Null).denied("*");
    scene.read("iam", "ListVirtualMFADevices", Value::Null).denied(&format!("arn:aws:iam::{PROD}:mfa/"));
    scene.read("iam", "GetAccountPasswordPolicy", Value::Null).denied("*");
    scene.read("organizations", "DescribeOrganization", Value::Null).denied("*");
    scene.read("organizations", "ListAccounts", Value::Null).denied("*");
    scene.read("guardduty", "ListDetectors", json!({"maxResults": 50})).denied("*");
    scene.read("secretsmanager", "ListSecrets", json!({"maxResults": 100}));
    scene.read("kms", "ListKeys", json!({"limit": 1000})).denied("*");
    scene.read("ec2", "DescribeInstances", json!({"maxResults": 1000, "instancesSet": {}, "filterSet": {}}));
    scene
        .read(
            "ec2",
            "DescribeSnapshots",
            json!({"maxResults": 1000, "ownersSet": {"items": [{"owner": "self"}]}, "filterSet": {}}),
        )
        .denied("*");
    let mut scene = story.scene(now + 130, (PROD, EU), who, SPRAYERS[1]);
    scene
        .read("ec2", "DescribeInstances", json!({"maxResults": 1000, "instancesSet": {}, "filterSet": {}}))
        .denied("*");
    scene.read("ec2", "DescribeVpcs", json!({"vpcSet": {}, "filterSet": {}})).denied("*");
    for name in ["DescribeVolumes", "DescribeKeyPairs", "DescribeSecurityGroups"] {
        scene.read("ec2", name, json!({"filterSet": {}})).denied("*");
    }
    scene.read("rds", "DescribeDBInstances", Value::Null).denied(&format!("arn:aws:rds:{EU}:{PROD}:db:*"));
    scene.read("cloudtrail", "DescribeTrails", json!({"includeShadowTrails": true, "trailNameList": []}));
    scene.read("cloudtrail", "GetTrailStatus", json!({"name": "regional-audit"}));
}

/// A user that sounds like a service, with every right and two ways in.
pub(crate) fn stay(story: &mut Story) {
    let now = at(2, "00:31:07");
    let name = "svc-telemetry";
    let who = cast::console(PROD, "mateo", at(2, "00:12:09"), false);
    let mut scene = story.scene(now, (PROD, US), who, SPRAYERS[1]);
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    scene
        .write("iam", "AttachUserPolicy", json!({"userName": "mateo", "policyArn": administrator}), Value::Null)
        .denied("user mateo");
    let user = json!({"user": {
        "path": "/",
        "userName": name,
        "userId": ids::principal("AIDA", name),
        "arn": format!("arn:aws:iam::{PROD}:user/{name}"),
        "createDate": scene.now.words(),
    }});
    scene.write("iam", "CreateUser", json!({"userName": name}), user);
    let key = json!({"accessKey": {
        "userName": name,
        "accessKeyId": cast::key_of(name),
        "status": "Active",
        "createDate": scene.now.words(),
    }});
    scene.write("iam", "CreateAccessKey", json!({"userName": name}), key);
    let profile =
        json!({"loginProfile": {"userName": name, "createDate": scene.now.words(), "passwordResetRequired": false}});
    scene.write("iam", "CreateLoginProfile", json!({"userName": name, "passwordResetRequired": false}), profile);
    scene.write("iam", "AttachUserPolicy", json!({"userName": name, "policyArn": administrator}), Value::Null);
    let mut scene = story.scene(now + 240, (PROD, US), cast::user(PROD, name), INTRUDER);
    scene.read("sts", "GetCallerIdentity", Value::Null);
    scene.read("iam", "ListAttachedUserPolicies", json!({"userName": name}));
}
