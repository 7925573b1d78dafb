//! Launching instances: the one call whose request and response are too long to write in every scene.

use serde_json::{Value, json};

use super::call::Call;
use super::cast::{EU, PROD};
use super::ids;
use super::scene::Scene;

impl Scene<'_> {
    /// `RunInstances` for `count` instances of one type.
    pub(crate) fn launch(&mut self, label: &str, instance_type: &str, count: u32) -> &mut Call {
        let (image, group, subnet) = (ids::resource("ami", label), group(label), ids::resource("subnet", label));
        let started = self.now.millis();
        let items: Vec<Value> = (0..count)
            .map(|index| {
                json!({
                    "instanceId": instance(label, index),
                    "imageId": image,
                    "instanceState": {"code": 0, "name": "pending"},
                    "amiLaunchIndex": index,
                    "instanceType": instance_type,
                    "launchTime": started,
                    "monitoring": {"state": "disabled"},
                    "ebsOptimized": false,
                })
            })
            .collect();
        let request = json!({
            "instancesSet": {"items": [{"imageId": image, "minCount": count, "maxCount": count}]},
            "groupSet": {"items": [{"groupId": group}]},
            "instanceType": instance_type,
            "blockDeviceMapping": {},
            "monitoring": {"enabled": false},
            "subnetId": subnet,
            "disableApiTermination": false,
            "disableApiStop": false,
            "ebsOptimized": false,
        });
        let response = json!({
            "reservationId": ids::resource("r", label),
            "ownerId": PROD,
            "groupSet": {},
            "instancesSet": {"items": items},
        });
        self.write("ec2", "RunInstances", request, response)
    }

    /// `TerminateInstances` for what was launched under this label.
    pub(crate) fn terminate(&mut self, label: &str, count: u32) -> &mut Call {
        let ids: Vec<Value> = (0..count).map(|index| json!({"instanceId": instance(label, index)})).collect();
        let ended: Vec<Value> = (0..count)
            .map(|index| {
                json!({
                    "instanceId": instance(label, index),
                    "currentState": {"code": 32, "name": "shutting-down"},
                    "previousState": {"code": 16, "name": "running"},
                })
            })
            .collect();
        let request = json!({"instancesSet": {"items": ids}});
        self.write("ec2", "TerminateInstances", request, json!({"instancesSet": {"items": ended}}))
    }

    /// A rule that lets an address range in, written as EC2 writes both protocols' ranges.
    pub(crate) fn rule(&mut self, name: &'static str, label: &str, port: u32, range: &str) -> &mut Call {
        let (v4, v6) = if range.contains(':') {
            (json!({}), json!({"items": [{"cidrIpv6": range}]}))
        } else {
            (json!({"items": [{"cidrIp": range}]}), json!({}))
        };
        let item = json!({
            "ipProtocol": "tcp",
            "fromPort": port,
            "toPort": port,
            "groups": {},
            "ipRanges": v4,
            "ipv6Ranges": v6,
            "prefixListIds": {},
        });
        let request = json!({"groupId": group(label), "ipPermissions": {"items": [item]}});
        self.write("ec2", name, request, json!({"_return": true}))
    }
}

/// The security group of this label.
pub(crate) fn group(label: &str) -> String {
    ids::resource("sg", label)
}

/// An instance launched under this label.
pub(crate) fn instance(label: &str, index: u32) -> String {
    ids::resource("i", &format!("{label} {index}"))
}

/// The region's part of a label, so that both regions have groups of their own.
pub(crate) fn label(region: &str, purpose: &str) -> String {
    format!("{} {purpose}", if region == EU { "eu" } else { "us" })
}
