//! Records of other kinds: what CloudTrail noticed by itself, and calls through a VPC endpoint.
//!
//! Source: CloudTrail User Guide, "CloudTrail record contents for Insights events" and "… for network activity events".

use serde_json::{Value, json};

use super::call::Folder;
use super::cast::{self, ELSEWHERE, Origin, PROD, US};
use super::clock::{Time, at};
use super::ids;
use super::scene::Story;

/// Two unusual things: too many denials on Tuesday at midnight, too many launches two hours later.
pub(crate) fn insights(story: &mut Story) {
    let mateo = format!("arn:aws:iam::{PROD}:user/mateo");
    let telemetry = format!("arn:aws:iam::{PROD}:user/svc-telemetry");
    let denied = json!({
        "eventSource": "iam.amazonaws.com",
        "eventName": "ListAccountAliases",
        "insightType": "ApiErrorRateInsight",
        "errorCode": "AccessDenied",
        "insightContext": context(0.000_088_214_5, 0.8, 5, &mateo),
    });
    let launched = json!({
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "insightType": "ApiCallRateInsight",
        "insightContext": context(0.002_1, 3.5, 2, &telemetry),
    });
    insight(story, at(2, "00:15:00"), at(2, "00:20:00"), &denied);
    insight(story, at(2, "02:06:00"), at(2, "02:08:00"), &launched);
}

fn insight(story: &mut Story, start: Time, end: Time, details: &Value) {
    for (state, now) in [("Start", start), ("End", end)] {
        let mut scene =
            story.service_scene(now, (PROD, US), cast::service("cloudtrail.amazonaws.com"), "cloudtrail.amazonaws.com");
        let call = scene.read("cloudtrail", "Insight", Value::Null);
        let mut stated = json!({"state": state});
        if let (Some(stated), Some(details)) = (stated.as_object_mut(), details.as_object()) {
            stated.extend(details.clone());
        }
        call.folder = Folder::Insight;
        call.shared(&ids::uuid(&format!("insight {}", start.iso()))).set("insightDetails", stated);
    }
}

fn context(baseline: f64, insight: f64, minutes: u32, arn: &str) -> Value {
    json!({
        "statistics": {
            "baseline": {"average": baseline},
            "insight": {"average": insight},
            "insightDuration": minutes,
            "baselineDuration": 10_080,
        },
        "attributions": [{
            "attribute": "userIdentityArn",
            "insight": [{"value": arn, "average": insight}],
            "baseline": [],
        }],
    })
}

/// Early on Wednesday a web server's endpoint carries its own calls, and refuses those of a stranger.
pub(crate) fn network(story: &mut Story) {
    let inside = Origin { ip: "192.0.2.130", agent: "" };
    let endpoint = "vpce-0a1b2c3d4e5f67890";
    let now = at(3, "01:25:10");
    let own =
        cast::outsider(PROD, &format!("{}:i-0b22a22eec53b9321", ids::principal("AROA", &format!("{PROD} web-server"))));
    let stranger = cast::outsider(ELSEWHERE, &ids::principal("AIDA", "stranger"));
    for (index, name) in ["GetObject", "PutObject", "GetObject", "PutObject", "PutObject"].into_iter().enumerate() {
        let strange = index > 2;
        let (who, bucket) = if strange { (&stranger, "example-drop-box") } else { (&own, "example-shop-assets") };
        let mut scene =
            story.scene(now + 20 * u32::try_from(index).expect("five calls"), (PROD, US), who.clone(), inside);
        let call = scene.object(name, bucket, "shop.tar.gz", (0, 0));
        call.folder = Folder::NetworkActivity;
        call.additional = None;
        call.host = None;
        call.resources.clear();
        call.request = Value::Null;
        if strange {
            call.failed("VpceAccessDenied", "The request was denied due to a VPC endpoint policy");
        }
        call.set("eventType", json!("AwsVpceEvent"))
            .set("eventCategory", json!("NetworkActivity"))
            .set("vpcEndpointId", json!(endpoint))
            .set("vpcEndpointAccountId", json!(PROD));
    }
}
