//! The same night goes on, in a terminal: the logs are to go dark, then the machines start.

use serde_json::{Value, json};

use super::call::Call;
use super::cast::{self, EU, INTRUDER, PROD, US};
use super::clock::at;
use super::compute::{group, label};
use super::ids;
use super::scene::{Scene, Story};

/// The trail of the second region is stopped; the main one is out of reach.
pub(crate) fn blind(story: &mut Story) {
    let who = cast::user(PROD, "svc-telemetry");
    let mut scene = story.scene(at(2, "01:02:31"), (PROD, EU), who.clone(), INTRUDER);
    let selectors = json!([{"readWriteType": "ReadOnly", "includeManagementEvents": true, "dataResources": [], "excludeManagementEventSources": []}]);
    let trail = format!("arn:aws:cloudtrail:{EU}:{PROD}:trail/regional-audit");
    scene.write(
        "cloudtrail",
        "PutEventSelectors",
        json!({"trailName": "regional-audit", "eventSelectors": selectors}),
        json!({"trailARN": trail, "eventSelectors": selectors}),
    );
    scene.write("cloudtrail", "StopLogging", json!({"name": "regional-audit"}), Value::Null);
    let mut scene = story.scene(at(2, "01:03:20"), (PROD, US), who, INTRUDER);
    let name = "management-events";
    forbidden(scene.write("cloudtrail", "StopLogging", json!({"name": name}), Value::Null), name);
    forbidden(scene.write("cloudtrail", "DeleteTrail", json!({"name": name}), Value::Null), name);
    scene
        .write("guardduty", "DeleteDetector", json!({"detectorId": "12abc34d567e8fa901bc2d34e56789f0"}), Value::Null)
        .failed(
            "BadRequestException",
            "The request is rejected because the input detectorId is not owned by the current account.",
        );
}

/// Big machines, in both regions, and a door to them for everybody.
pub(crate) fn mine(story: &mut Story) {
    let who = cast::user(PROD, "svc-telemetry");
    let mut scene = story.scene(at(2, "02:05:44"), (PROD, US), who.clone(), INTRUDER);
    scene.read("servicequotas", "GetServiceQuota", json!({"serviceCode": "ec2", "quotaCode": "L-417A185B"}));
    door(&mut scene, US);
    scene.rule("AuthorizeSecurityGroupIngress", &label(US, "miner"), 22, "0.0.0.0/0");
    scene
        .launch("us huge", "p4d.24xlarge", 2)
        .failed("Client.VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.");
    scene.launch("us large", "p3.16xlarge", 1).failed(
        "Server.InsufficientInstanceCapacity",
        "We currently do not have sufficient p3.16xlarge capacity in the Availability Zone you requested (us-east-1a).",
    );
    for batch in 0..3 {
        scene.launch(&format!("us miner {batch}"), "g5.12xlarge", 2);
        scene.pause(15);
    }
    for batch in 3..5 {
        scene.launch(&format!("us miner {batch}"), "c6i.32xlarge", 1);
    }
    let mut scene = story.scene(at(2, "02:11:30"), (PROD, EU), who, INTRUDER);
    door(&mut scene, EU);
    scene.rule("AuthorizeSecurityGroupIngress", &label(EU, "miner"), 22, "0.0.0.0/0");
    scene.rule("AuthorizeSecurityGroupIngress", &label(EU, "miner"), 3333, "::/0");
    scene.launch("eu miner 0", "c6i.32xlarge", 2);
    scene.launch("eu miner 1", "g5.12xlarge", 1);
}

fn door(scene: &mut Scene<'_>, region: &str) {
    let key = json!({"keyName": "telemetry", "keyFingerprint": "1f:51:ae:28:bf:89:e9:d8:1f:25:5d:37:2d:7d:b8:ca:9f:f5:f1:6f", "keyPairId": ids::resource("key", region), "keyMaterial": "<sensitiveDataRemoved>"});
    scene.write("ec2", "CreateKeyPair", json!({"keyName": "telemetry", "keyType": "rsa", "keyFormat": "pem"}), key);
    let request = json!({"groupName": "telemetry", "groupDescription": "telemetry"});
    scene.write(
        "ec2",
        "CreateSecurityGroup",
        request,
        json!({"_return": true, "groupId": group(&label(region, "miner"))}),
    );
}

/// Refused by the organization, whatever the account's own policies say.
fn forbidden(call: &mut Call, trail: &str) {
    let user = format!("arn:aws:iam::{PROD}:user/svc-telemetry");
    let message = format!(
        "User: {user} is not authorized to perform: cloudtrail:{} on resource: arn:aws:cloudtrail:{US}:{PROD}:trail/{trail} with an explicit deny in a service control policy",
        call.name
    );
    call.failed("AccessDeniedException", &message);
}
