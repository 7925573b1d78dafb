//! What is said about rules that cannot match.

use super::{load, rule};
use crate::sigma::lint;

fn check(detection: &str, expected: &[&str]) {
    let collection = load(&rule(detection));
    let found = lint(collection.rules.first().expect(detection));
    let found: Vec<String> =
        found.iter().map(|notice| format!("{} {}; {}", notice.code, notice.message, notice.help.join("; "))).collect();
    assert_eq!(found, expected, "{detection}");
}

#[test]
fn events_that_never_appear_are_named() {
    check(
        "s:\n  eventName: PassRole\ncondition: s",
        &["G040 no event is named `PassRole`, which is a permission; ask for the calls that make use of it"],
    );
    check(
        "s:\n  eventSource: route53.amazonaws.com\n  eventName: DisableDomainTransferLock\ncondition: s",
        &[
            "G041 `DisableDomainTransferLock` does not come from `route53.amazonaws.com`; its `eventSource` is `route53domains.amazonaws.com`",
        ],
    );
    check(
        "s:\n  eventSource: macie.amazonaws.com\n  eventName: Foo\ncondition: s",
        &["G041 no event has the `eventSource` `macie.amazonaws.com`; it is `macie2.amazonaws.com`"],
    );
    check(
        "s:\n  eventName: UpdateFunctionConfiguration\ncondition: s",
        &[
            "G042 `UpdateFunctionConfiguration` carries the date of its API in CloudTrail; write `eventName|startswith: UpdateFunctionConfiguration`, or `UpdateFunctionConfiguration20150331v2`",
        ],
    );
    check(
        "s:\n  eventSource: iam.amazonaws.com\n  eventName: [CreateAccessKey, UpdateLoginProfile]\ncondition: s",
        &[],
    );
    check("s:\n  eventName|startswith: UpdateFunctionConfiguration\ncondition: s", &[]);
}

#[test]
fn fields_and_values_that_look_wrong_are_named() {
    check(
        "s:\n  eventName: A\n  status: success\ncondition: s",
        &["G043 records have no field `status`; without it the test holds for null alone"],
    );
    check(
        "s:\n  eventName: A\n  userIdentity.ARN: x\ncondition: s",
        &[
            "G043 records have no field `userIdentity.ARN`; `userIdentity.arn` has a similar name; names of fields have case",
        ],
    );
    check("s:\n  eventName: A\n  requestParameters.anything.at.all: x\n  resources.ARN: y\ncondition: s", &[]);
    check(
        "s:\n  eventName: A\n  userIdentity.arn|contains: responseElements.accessKey.userName\ncondition: s",
        &[
            "G044 the value `responseElements.accessKey.userName` looks like a field; to compare with the field, write `userIdentity.arn|contains|fieldref: responseElements.accessKey.userName`",
        ],
    );
    check(
        "s:\n  eventName: A\n  userIdentity.arn|fieldref: requestParameters.userName\ncondition: s",
        &[
            "G045 an ARN is never equal to a name, as `requestParameters.userName` is; write `userIdentity.arn|endswith|fieldref: requestParameters.userName`",
        ],
    );
    check(
        "s:\n  userIdentity.type: Root\ncondition: s",
        &[
            "G046 a rule that does not ask for `eventName`; it may match a large share of all records: look at its count",
        ],
    );
}
