//! What happens on every day: people at work, builds, backups, and services that look after things.
//!
//! Nothing here is wrong. It is what a query must leave aside.

use serde_json::{Value, json};

use super::cast::{self, BUILDER, DATA, EU, OFFICE, OFFICE_CLI, PROD, SERVERS, US};
use super::clock::{Time, at};
use super::ids;
use super::scene::{Scene, Story};

/// One whole day.
pub(crate) fn day(story: &mut Story, day: u32) {
    backup(story, at(day, "03:02:10"), PROD, US);
    backup(story, at(day, "03:02:40"), DATA, EU);
    configuration(story, at(day, "05:31:00"), PROD, if day == 2 { EU } else { US });
    servers(story, at(day, "07:15:30"), US);
    servers(story, at(day, "13:00:10"), US);
    servers(story, at(day, if day == 2 { "05:30:40" } else { "11:31:30" }), EU);
    nikki(story, at(day, "08:51:20"), day);
    martha(story, at(day, "09:06:00"), day);
    build(story, at(day, "10:21:00"), day);
    scaling(story, at(day, "12:00:30"), day);
    analyst(story, at(day, "14:11:00"), day);
    functions(story, at(day, "16:40:00"));
    trail(story, at(day, if day == 3 { "23:57:30" } else { "18:45:10" }));
    match day {
        1 => zhang(story, at(1, "11:32:00")),
        2 => saanvi(story, at(2, "15:21:00")),
        _ => keys(story, at(3, "17:05:00")),
    }
}

/// AWS Backup takes its nightly snapshot.
fn backup(story: &mut Story, now: Time, account: &'static str, region: &'static str) {
    let service = "backup.amazonaws.com";
    let name = "backup-nightly";
    let mut scene = story.service_scene(now, (account, region), cast::service(service), service);
    assume(&mut scene, account, name, "AWSBackup-AWSBackupDefault");
    let who = cast::role(account, name, "AWSBackup-AWSBackupDefault", now).through(service);
    let mut scene = story.service_scene(now + 4, (account, region), who, service);
    let volume = ids::resource("vol", account);
    scene.read("ec2", "DescribeVolumes", json!({"volumeSet": {"items": [{"volumeId": volume}]}, "filterSet": {}}));
    let response = json!({
        "snapshotId": ids::resource("snap", &now.iso()),
        "volumeId": volume,
        "status": "pending",
        "startTime": now.millis(),
        "ownerId": account,
        "volumeSize": "200",
        "encrypted": true,
    });
    scene.write("ec2", "CreateSnapshot", json!({"volumeId": volume, "description": "nightly"}), response);
    scene.key(
        "GenerateDataKeyWithoutPlaintext",
        &format!("{account} backup"),
        json!({"aws:backup:backup-vault": "nightly"}),
    );
    let mut scene = story.service_scene(now + 90, (account, region), cast::internal(account, service), service);
    let details = json!({"backupVaultName": "nightly", "state": "COMPLETED", "percentDone": 100.0, "bytesTransferred": 7_516_192_768_u64});
    scene
        .write("backup", "BackupJobCompleted", Value::Null, Value::Null)
        .set("eventType", json!("AwsServiceEvent"))
        .set("serviceEventDetails", details);
}

/// AWS Config looks at everything.
fn configuration(story: &mut Story, now: Time, account: &'static str, region: &'static str) {
    let service = "config.amazonaws.com";
    let who = cast::role(account, "AWSServiceRoleForConfig", "AWSConfig-Describe", now).through(service);
    let mut scene = story.service_scene(now, (account, region), who, service);
    scene.read(
        "ec2",
        "DescribeSecurityGroups",
        json!({"securityGroupSet": {}, "securityGroupIdSet": {}, "filterSet": {}}),
    );
    scene.read("ec2", "DescribeInstances", json!({"instancesSet": {}, "filterSet": {}}));
    scene.read("cloudtrail", "DescribeTrails", json!({"includeShadowTrails": false, "trailNameList": []}));
    scene.bucket("GetBucketPolicy", "example-shop-assets", json!({"policy": ""}));
    scene
        .bucket("GetBucketReplication", "example-shop-assets", json!({"replication": ""}))
        .failed("ReplicationConfigurationNotFoundError", "The replication configuration was not found");
    scene.read("kms", "ListAliases", Value::Null);
}

/// The web servers fetch their settings, as they do all day.
fn servers(story: &mut Story, now: Time, region: &'static str) {
    let place = (PROD, region);
    let (instance, bucket) = match region {
        US => ("i-0b22a22eec53b9321", "example-shop-assets"),
        _ => ("i-0c33b33ffd64ca432", "example-shop-assets-eu"),
    };
    let mut scene = story.service_scene(now, place, cast::service("ec2.amazonaws.com"), "ec2.amazonaws.com");
    assume(&mut scene, PROD, "web-server", instance);
    let who = cast::role(PROD, "web-server", instance, now);
    let mut scene = story.scene(now + 3, place, who.clone(), SERVERS);
    let name = "/shop/database";
    scene.read("ssm", "GetParameter", json!({"name": name, "withDecryption": true}));
    scene.object("GetObject", bucket, "config/features.json", (0, 4_183));
    scene.object("PutObject", bucket, "logs/web.log", (18_220, 0));
    let mut scene = story.service_scene(now + 4, place, who.through("ssm.amazonaws.com"), "ssm.amazonaws.com");
    scene.key("Decrypt", "shop", json!({"PARAMETER_ARN": format!("arn:aws:ssm:{region}:{PROD}:parameter{name}")}));
}

/// Nikki signs in with her second factor. On Monday she mistypes her password first.
fn nikki(story: &mut Story, now: Time, day: u32) {
    let page = cast::signing_in(PROD, "nikki");
    let mut scene = story.scene(now, (PROD, US), cast::console(PROD, "nikki", now + 60, true), OFFICE);
    if day == 1 {
        scene.sign_in(page.clone(), "No", Some("Failed authentication"));
        scene.pause(20);
    }
    scene.sign_in(page, "Yes", None);
    scene.pause(45);
    scene.read("ec2", "DescribeInstances", json!({"maxResults": 100, "instancesSet": {}, "filterSet": {}}));
    scene.read("monitoring", "DescribeAlarms", json!({"stateValue": "ALARM", "maxRecords": 100}));
    if day != 3 {
        scene.bucket("GetBucketVersioning", "example-shop-assets", json!({"versioning": ""}));
    }
}

/// Martha, who looks after the accounts, works from a terminal.
fn martha(story: &mut Story, now: Time, day: u32) {
    let mut scene = story.scene(now, (PROD, US), cast::user(PROD, "martha"), OFFICE_CLI);
    scene.read("sts", "GetCallerIdentity", Value::Null);
    scene.read("iam", "ListUsers", Value::Null);
    match day {
        1 => {
            scene
                .read("iam", "GetLoginProfile", json!({"userName": "zhang"}))
                .failed("NoSuchEntityException", "Login Profile for User zhang cannot be found.");
            let profile = json!({"loginProfile": {"userName": "zhang", "createDate": scene.now.words(), "passwordResetRequired": true}});
            scene.write(
                "iam",
                "CreateLoginProfile",
                json!({"userName": "zhang", "passwordResetRequired": true}),
                profile,
            );
            scene.rule("AuthorizeSecurityGroupIngress", "us internal", 5432, "10.20.0.0/16");
        }
        2 => {
            let role = format!("arn:aws:iam::{DATA}:role/data-reader");
            let (crossed, principal) = (scene.now, cast::user(PROD, "martha").principal().to_owned());
            cross_account(&mut scene, &role, "martha", "martha reads");
            let mut scene = story.scene(crossed, (DATA, US), cast::outsider(PROD, &principal), OFFICE_CLI);
            cross_account(&mut scene, &role, "martha", "martha reads");
        }
        _ => {}
    }
}

/// A build from the main branch: a token becomes a role, the role pushes an image and renews a service.
fn build(story: &mut Story, now: Time, day: u32) {
    let (role, session) = ("ci-deploy", "shop-main");
    let arn = format!("arn:aws:iam::{PROD}:role/{role}");
    let mut scene = story.scene(now, (PROD, US), cast::build_token(), BUILDER);
    let response = json!({
        "subjectFromWebIdentityToken": "repo:example/shop:ref:refs/heads/main",
        "assumedRoleUser": {
            "assumedRoleId": format!("{}:{session}", ids::principal("AROA", &format!("{PROD} {role}"))),
            "arn": format!("arn:aws:sts::{PROD}:assumed-role/{role}/{session}"),
        },
        "credentials": {
            "accessKeyId": ids::access_key("ASIA", &format!("{role} {session} {}", now.iso())),
            "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "expiration": (now + 3600).words(),
        },
        "audience": "sts.amazonaws.com",
        "provider": format!("arn:aws:iam::{PROD}:oidc-provider/token.actions.githubusercontent.com"),
    });
    let request = json!({"roleArn": arn, "roleSessionName": session, "durationSeconds": 3600});
    let call = scene.write("sts", "AssumeRoleWithWebIdentity", request, response);
    call.read = true;
    call.touches(PROD, "AWS::IAM::Role", &arn);
    let mut scene = story.scene(now + 3, (PROD, US), cast::role(PROD, role, session, now), BUILDER);
    scene.read("ecr", "GetAuthorizationToken", json!({}));
    let image = json!({"registryId": PROD, "repositoryName": "shop", "imageTag": format!("2026.5.{day}")});
    scene.write("ecr", "PutImage", image.clone(), json!({"image": image}));
    let update = json!({"cluster": "shop", "service": "web", "desiredCount": 4, "forceNewDeployment": true});
    scene.write(
        "ecs",
        "UpdateService",
        update,
        json!({"service": {"serviceName": "web", "status": "ACTIVE", "desiredCount": 4}}),
    );
    match day {
        1 => {
            scene.write("ec2", "CreateTags", json!({"resourcesSet": {}}), Value::Null).denied("*");
        }
        2 => {
            scene.launch("us smoke test", "t3.small", 1);
            scene.pause(120);
            scene.terminate("us smoke test", 1);
        }
        _ => {
            scene
                .read("ecs", "DescribeServices", json!({"cluster": "shop", "services": ["web"]}))
                .failed("ThrottlingException", "Rate exceeded");
        }
    }
}

/// The web servers' group grows at noon and shrinks again.
fn scaling(story: &mut Story, now: Time, day: u32) {
    let service = "autoscaling.amazonaws.com";
    let who = cast::role(PROD, "AWSServiceRoleForAutoScaling", "AutoScaling", now).through(service);
    let mut scene = story.service_scene(now, (PROD, US), who, service);
    let label = format!("us web {day}");
    scene.launch(&label, "m6i.large", 2);
    scene.pause(3600);
    scene.terminate(&label, 2);
}

/// Saanvi, an analyst, comes in through the identity provider and asks the data account's tables.
fn analyst(story: &mut Story, now: Time, day: u32) {
    let role = "AWSReservedSSO_Analyst_0a1b2c3d4e5f6071";
    let who = cast::role(DATA, role, "saanvi@example.com", now);
    let mut scene = story.scene(now, (DATA, EU), who.clone(), OFFICE);
    // The second factor was the identity provider's business, so AWS says none was used.
    scene.sign_in(who.clone(), "No", None);
    scene.read("glue", "GetTables", json!({"databaseName": "shop"})).set("sessionCredentialFromConsole", json!("true"));
    let request = json!({
        "queryString": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "workGroup": "analysts",
        "clientRequestToken": ids::uuid(&format!("query {day}")),
    });
    let id = json!({"queryExecutionId": ids::uuid(&format!("execution {day}"))});
    scene
        .write("athena", "StartQueryExecution", request, id.clone())
        .set("sessionCredentialFromConsole", json!("true"));
    scene.read("athena", "GetQueryResults", id).set("sessionCredentialFromConsole", json!("true"));
    let mut scene =
        story.service_scene(now + 20, (DATA, EU), who.through("athena.amazonaws.com"), "athena.amazonaws.com");
    for part in 0..3_u32 {
        scene.object(
            "GetObject",
            "example-orders",
            &format!("2026/05/part-{part:05}.parquet"),
            (0, 1_048_576 + 977 * u64::from(part)),
        );
    }
}

/// A function runs in the data account.
fn functions(story: &mut Story, now: Time) {
    let service = "lambda.amazonaws.com";
    let mut scene = story.service_scene(now, (DATA, EU), cast::service(service), service);
    assume(&mut scene, DATA, "nightly-report", "nightly-report");
    let who = cast::role(DATA, "nightly-report", "nightly-report", now);
    let mut scene = story.scene(now + 2, (DATA, EU), who, SERVERS);
    scene.object("PutObject", "example-orders", "reports/daily.csv", (52_411, 0));
    let function = format!("arn:aws:lambda:{EU}:{DATA}:function:nightly-report");
    scene
        .write("lambda", "Invoke", json!({"functionName": function, "invocationType": "Event"}), Value::Null)
        .touches(DATA, "AWS::Lambda::Function", &function)
        .data();
}

/// CloudTrail checks the bucket it delivers to.
fn trail(story: &mut Story, now: Time) {
    let service = "cloudtrail.amazonaws.com";
    let mut scene = story.service_scene(now, (PROD, US), cast::service(service), service);
    scene.bucket("GetBucketAcl", "example-trails", json!({"acl": ""})).shared(&ids::uuid(&now.iso()));
    scene.key(
        "GenerateDataKey",
        "trails",
        json!({"aws:cloudtrail:arn": format!("arn:aws:cloudtrail:{US}:{PROD}:trail/management-events")}),
    );
}

/// Zhang, new in the team, tries what his rights do not reach yet, and guesses a name that is taken.
fn zhang(story: &mut Story, now: Time) {
    let mut scene = story.scene(now, (PROD, EU), cast::user(PROD, "zhang"), OFFICE_CLI);
    scene.read("sts", "GetCallerIdentity", Value::Null);
    scene.read("ec2", "DescribeVpcs", json!({"vpcSet": {}, "filterSet": {}}));
    scene.bucket("GetBucketPolicy", "example-trails", json!({"policy": ""})).denied("\"arn:aws:s3:::example-trails\"");
    scene
        .write(
            "ec2",
            "CreateSecurityGroup",
            json!({"groupName": "staging", "groupDescription": "staging"}),
            Value::Null,
        )
        .failed("Client.InvalidGroup.Duplicate", "The security group 'staging' already exists");
}

/// Saanvi looks after her own key.
fn saanvi(story: &mut Story, now: Time) {
    let mut scene = story.scene(now, (DATA, US), cast::user(DATA, "saanvi"), OFFICE_CLI);
    scene.read("iam", "ListAccessKeys", json!({"userName": "saanvi"}));
    let key = json!({"accessKey": {"userName": "saanvi", "accessKeyId": ids::access_key("AKIA", "saanvi, renewed"), "status": "Active", "createDate": scene.now.words()}});
    scene.write("iam", "CreateAccessKey", json!({"userName": "saanvi"}), key);
    scene.write(
        "iam",
        "UpdateAccessKey",
        json!({"userName": "saanvi", "accessKeyId": cast::key_of("saanvi"), "status": "Inactive"}),
        Value::Null,
    );
}

/// KMS turns its keys over.
fn keys(story: &mut Story, now: Time) {
    let mut scene =
        story.service_scene(now, (DATA, EU), cast::internal(DATA, "kms.amazonaws.com"), "kms.amazonaws.com");
    let key = format!("arn:aws:kms:{EU}:{DATA}:key/{}", ids::uuid("orders"));
    scene
        .write("kms", "RotateKey", Value::Null, Value::Null)
        .touches(DATA, "AWS::KMS::Key", &key)
        .set("eventType", json!("AwsServiceEvent"))
        .set("serviceEventDetails", json!({"keyId": ids::uuid("orders"), "rotationType": "AUTOMATIC"}));
}

/// A service takes a role it may have.
fn assume(scene: &mut Scene<'_>, account: &str, role: &str, session: &str) {
    let arn = format!("arn:aws:iam::{account}:role/{role}");
    let now = scene.now;
    let response = json!({"credentials": {
        "accessKeyId": ids::access_key("ASIA", &format!("{role} {session} {}", now.iso())),
        "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "expiration": (now + 3600).words(),
    }});
    let call = scene.write("sts", "AssumeRole", json!({"roleArn": arn, "roleSessionName": session}), response);
    call.read = true;
    call.touches(account, "AWS::IAM::Role", &arn).shared(&ids::uuid(&format!("{role} {}", now.iso())));
}

/// A caller takes a role of the data account; told twice, once for each account.
pub(crate) fn cross_account(scene: &mut Scene<'_>, role: &str, session: &str, shared: &str) {
    let name = role.rsplit('/').next().unwrap_or(role);
    let now = scene.now;
    let response = json!({
        "credentials": {
            "accessKeyId": ids::access_key("ASIA", &format!("{name} {session} {}", now.iso())),
            "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "expiration": (now + 3600).words(),
        },
        "assumedRoleUser": {
            "assumedRoleId": format!("{}:{session}", ids::principal("AROA", &format!("{DATA} {name}"))),
            "arn": format!("arn:aws:sts::{DATA}:assumed-role/{name}/{session}"),
        },
    });
    let call = scene.write("sts", "AssumeRole", json!({"roleArn": role, "roleSessionName": session}), response);
    call.read = true;
    call.touches(DATA, "AWS::IAM::Role", role).shared(&ids::uuid(shared));
}
