//! The third night, Tuesday to Wednesday: secrets, the other account, the customers' data.

use serde_json::{Value, json};

use super::cast::{self, DATA, EU, INTRUDER, PROD, SPRAYERS, US};
use super::clock::{Time, at};
use super::compute::{group, label};
use super::ids;
use super::ordinary::cross_account;
use super::scene::Story;

const ROLE: &str = "data-admin";
const SESSION: &str = "telemetry";
const BUCKET: &str = "example-customer-exports";

/// Three secrets are read; a fourth is kept by a key of its own.
pub(crate) fn secrets(story: &mut Story) {
    let who = cast::user(PROD, "svc-telemetry");
    for (index, name) in ["shop/database", "shop/payment-provider", "shop/warehouse"].into_iter().enumerate() {
        let now = at(3, "01:15:20") + 11 * u32::try_from(index).expect("three secrets");
        let arn = format!("arn:aws:secretsmanager:{US}:{PROD}:secret:{name}-a1b2c3");
        let mut scene = story.scene(now, (PROD, US), who.clone(), INTRUDER);
        scene.read("secretsmanager", "GetSecretValue", json!({"secretId": arn}));
        let through = "secretsmanager.amazonaws.com";
        let mut scene = story.service_scene(now, (PROD, US), who.through(through), through);
        scene.key("Decrypt", "shop", json!({"SecretARN": arn, "SecretVersionId": ids::uuid(name)}));
    }
    let mut scene = story.scene(at(3, "01:16:40"), (PROD, US), who, INTRUDER);
    let arn = format!("arn:aws:secretsmanager:{US}:{PROD}:secret:signing-key-d4e5f6");
    scene
        .read("secretsmanager", "GetSecretValue", json!({"secretId": arn}))
        .failed("AccessDeniedException", "Access to KMS is not allowed");
    let vault = format!("arn:aws:kms:{US}:{PROD}:key/{}", ids::uuid("vault"));
    scene.key("Decrypt", "vault", json!({"SecretARN": arn})).denied(&vault);
}

/// One of the secrets names a role of the other account.
pub(crate) fn cross_over(story: &mut Story) {
    let now = entered();
    let who = cast::user(PROD, "svc-telemetry");
    let mut scene = story.scene(now, (PROD, US), who.clone(), INTRUDER);
    cross_account(&mut scene, &format!("arn:aws:iam::{DATA}:role/{ROLE}"), SESSION, "telemetry crosses");
    // The same call, as the account it leads to sees it: a caller of another account, without a name.
    let mut scene = story.scene(now, (DATA, US), cast::outsider(PROD, who.principal()), INTRUDER);
    cross_account(&mut scene, &format!("arn:aws:iam::{DATA}:role/{ROLE}"), SESSION, "telemetry crosses");
    let mut scene = story.scene(now + 9, (DATA, EU), session(), INTRUDER);
    scene.read("sts", "GetCallerIdentity", Value::Null);
    scene.read("s3", "ListBuckets", json!({"Host": "s3.eu-west-1.amazonaws.com"}));
    for bucket in ["example-orders", BUCKET] {
        scene.bucket("GetBucketLocation", bucket, json!({"location": ""}));
    }
    scene
        .bucket("GetBucketPolicy", BUCKET, json!({"policy": ""}))
        .failed("NoSuchBucketPolicy", "The bucket policy does not exist");
    scene.key("Decrypt", "orders", json!({"aws:s3:arn": "arn:aws:s3:::example-orders"})).denied("*");
}

/// The customers' exports, one after the other.
pub(crate) fn take(story: &mut Story) {
    let mut scene = story.scene(at(3, "01:50:05"), (DATA, EU), session(), INTRUDER);
    for part in 0..40_u32 {
        let bytes = 8_388_608 + 131_071 * u64::from(part % 7);
        scene.object("GetObject", BUCKET, &format!("customers/2026-05/part-{part:05}.csv.gz"), (0, bytes));
    }
    scene.object("GetObject", BUCKET, "customers/README.txt", (0, 512));
    scene
        .object("GetObject", BUCKET, "customers/2026-04/part-00000.csv.gz", (0, 310))
        .failed("NoSuchKey", "The specified key does not exist.");
}

/// The bucket is opened to everybody, and somebody comes.
pub(crate) fn open(story: &mut Story) {
    let mut scene = story.scene(at(3, "02:21:10"), (DATA, EU), session(), INTRUDER);
    let policy = |resource: &str| {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "Public",
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": [resource, format!("{resource}/*")],
            }],
        })
    };
    let arn = format!("arn:aws:s3:::{BUCKET}");
    scene
        .bucket("PutBucketPolicy", BUCKET, json!({"policy": "", "bucketPolicy": policy(&arn)}))
        .failed("AccessDenied", &format!("User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{arn}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.", session().arn()));
    scene.bucket("DeleteBucketPublicAccessBlock", BUCKET, json!({"publicAccessBlock": ""}));
    scene.bucket("PutBucketPolicy", BUCKET, json!({"policy": "", "bucketPolicy": policy(&arn)}));
    let mut scene = story.scene(at(3, "02:31:00"), (DATA, EU), cast::anonymous(), SPRAYERS[0]);
    for part in 0..5 {
        scene.object("GetObject", BUCKET, &format!("customers/2026-05/part-{part:05}.csv.gz"), (0, 8_388_608));
    }
}

/// Traces are swept up: the machines, the groups, the password.
pub(crate) fn leave(story: &mut Story) {
    let mut scene = story.scene(at(3, "03:21:00"), (PROD, US), cast::user(PROD, "svc-telemetry"), INTRUDER);
    for (batch, count) in [(0, 2), (1, 2), (2, 2), (3, 1), (4, 1)] {
        scene.terminate(&format!("us miner {batch}"), count);
    }
    let request = json!({"groupId": group(&label(US, "miner"))});
    scene.write("ec2", "DeleteSecurityGroup", request.clone(), Value::Null).failed(
        "Client.DependencyViolation",
        &format!("resource {} has a dependent object", group(&label(US, "miner"))),
    );
    scene.write("ec2", "DeleteKeyPair", json!({"keyName": "telemetry"}), json!({"_return": true}));
    scene.pause(60);
    scene.write("ec2", "DeleteSecurityGroup", request, json!({"_return": true}));
    scene.write("iam", "DeleteLoginProfile", json!({"userName": "svc-telemetry"}), Value::Null);
    // A last try at the highest door, from the address that got in.
    let mut scene = story.scene(at(3, "03:41:12"), (DATA, US), cast::nobody(DATA), SPRAYERS[1]);
    scene.sign_in(cast::root(DATA, None), "No", Some("Failed authentication"));
}

fn entered() -> Time {
    at(3, "01:41:03")
}

fn session() -> cast::Who {
    cast::role(DATA, ROLE, SESSION, entered())
}
