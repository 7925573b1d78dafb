//! The resources of an event: those that the record lists, and those that its parameters name.
//!
//! For most management events CloudTrail derives the resources of its event history from the parameters, by a table
//! that is not public. Shown here are
//!
//! - `resources` of the record, each with its type and its whole ARN;
//! - in records without it, the parameters of [`NAMED`], which AWS documents as names of resources of those types.
//!
//! Looked up by name is more, for nobody must miss an event because a table is short: a name is met where it is one of
//! the names shown, the part of an ARN in `resources` behind its account, or its last part behind `/` or `:`, or where
//! it is, exactly, some text anywhere in `requestParameters` or `responseElements`.
//!
//! Sources: CloudTrail User Guide, "CloudTrail record contents"; CloudTrail API Reference, "Resource".

use serde_json::Value;

/// A resource of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its type, such as `AWS::S3::Bucket`; none where the record does not say.
    pub kind: Option<String>,
    /// Its name or ARN.
    pub name: Option<String>,
}

/// Parameters that name a resource, by service: the first part of `eventSource`, the parameter, the type.
const NAMED: &[(&str, &str, &str)] = &[
    ("cloudformation", "stackName", "AWS::CloudFormation::Stack"),
    ("cloudtrail", "name", "AWS::CloudTrail::Trail"),
    ("cloudtrail", "trailName", "AWS::CloudTrail::Trail"),
    ("dynamodb", "tableName", "AWS::DynamoDB::Table"),
    ("ec2", "groupId", "AWS::EC2::SecurityGroup"),
    ("ec2", "instanceId", "AWS::EC2::Instance"),
    ("ec2", "snapshotId", "AWS::EC2::Snapshot"),
    ("ec2", "subnetId", "AWS::EC2::Subnet"),
    ("ec2", "volumeId", "AWS::EC2::Volume"),
    ("ec2", "vpcId", "AWS::EC2::VPC"),
    ("iam", "accessKeyId", "AWS::IAM::AccessKey"),
    ("iam", "groupName", "AWS::IAM::Group"),
    ("iam", "instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("iam", "policyArn", "AWS::IAM::Policy"),
    ("iam", "roleName", "AWS::IAM::Role"),
    ("iam", "userName", "AWS::IAM::User"),
    ("kms", "keyId", "AWS::KMS::Key"),
    ("lambda", "functionName", "AWS::Lambda::Function"),
    ("logs", "logGroupName", "AWS::Logs::LogGroup"),
    ("rds", "dBInstanceIdentifier", "AWS::RDS::DBInstance"),
    ("s3", "bucketName", "AWS::S3::Bucket"),
    ("secretsmanager", "secretId", "AWS::SecretsManager::Secret"),
    ("sns", "topicArn", "AWS::SNS::Topic"),
    ("sqs", "queueUrl", "AWS::SQS::Queue"),
    ("sts", "roleArn", "AWS::IAM::Role"),
];

/// The resources of a record, in its order.
#[must_use]
pub fn resources(record: &Value) -> Vec<Resource> {
    let listed = listed(record);
    if !listed.is_empty() {
        return listed;
    }
    let source = text(record, "eventSource").unwrap_or_default();
    let service = source.split('.').next().unwrap_or_default();
    let Some(parameters) = record.get("requestParameters") else { return Vec::new() };
    let named = NAMED.iter().filter(|(known, ..)| *known == service).filter_map(|(_, parameter, kind)| {
        let name = text(parameters, parameter)?;
        Some(Resource { kind: Some((*kind).to_owned()), name: Some(name.to_owned()) })
    });
    named.collect()
}

/// Whether a record has a resource of this type.
#[must_use]
pub fn has_type(record: &Value, kind: &str) -> bool {
    resources(record).iter().any(|resource| resource.kind.as_deref() == Some(kind))
}

/// Whether a record names this resource; see the file.
#[must_use]
pub fn names(record: &Value, name: &str) -> bool {
    if name.is_empty() {
        return false;
    }
    let is_of_arn = |arn: &str| {
        // arn:partition:service:region:account:resource
        arn == name || arn.splitn(6, ':').nth(5) == Some(name) || arn.rsplit(['/', ':']).next() == Some(name)
    };
    listed(record).iter().filter_map(|resource| resource.name.as_deref()).any(is_of_arn)
        || ["requestParameters", "responseElements"]
            .iter()
            .any(|part| record.get(part).is_some_and(|it| holds(it, name)))
}

fn holds(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text == name,
        Value::Array(elements) => elements.iter().any(|element| holds(element, name)),
        Value::Object(members) => members.values().any(|member| holds(member, name)),
        _ => false,
    }
}

/// Those that the record lists.
fn listed(record: &Value) -> Vec<Resource> {
    let Some(Value::Array(listed)) = record.get("resources") else { return Vec::new() };
    let of = |resource: &Value| {
        let arn = ["ARN", "arn", "ARNPrefix"].iter().find_map(|key| text(resource, key));
        let resource = Resource { kind: text(resource, "type").map(str::to_owned), name: arn.map(str::to_owned) };
        (resource.kind.is_some() || resource.name.is_some()).then_some(resource)
    };
    listed.iter().filter_map(of).collect()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    fn resource(kind: &str, name: &str) -> Resource {
        Resource { kind: Some(kind.to_owned()), name: Some(name.to_owned()) }
    }

    #[test]
    fn listed_resources_come_before_those_of_parameters() {
        let both = record(
            r#"{"eventSource":"s3.amazonaws.com","requestParameters":{"bucketName":"trails"},
                "resources":[{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::trails"},7,{}]}"#,
        );
        assert_eq!(resources(&both), [resource("AWS::S3::Bucket", "arn:aws:s3:::trails")]);
        let one =
            record(r#"{"eventSource":"iam.amazonaws.com","requestParameters":{"userName":"eve","groupName":""}}"#);
        assert_eq!(resources(&one), [resource("AWS::IAM::User", "eve")]);
        assert!(has_type(&one, "AWS::IAM::User") && !has_type(&one, "AWS::IAM::Group"));
        assert!(resources(&record("[]")).is_empty());
    }

    #[test]
    fn a_name_is_met_as_an_arn_as_a_part_of_one_and_as_any_text() {
        let event = record(
            r#"{"resources":[{"ARN":"arn:aws:iam::123456789012:user/team/eve"},{"arn":"arn:aws:s3:::trails"}],
                "requestParameters":{"items":[{"groupId":"sg-1"}]},"responseElements":{"a":{"b":"i-2"}},
                "userAgent":"curl"}"#,
        );
        for name in ["arn:aws:iam::123456789012:user/team/eve", "user/team/eve", "eve", "trails", "sg-1", "i-2"] {
            assert!(names(&event, name), "{name}");
        }
        for name in ["", "team", "ev", "EVE", "sg-", "curl", "123456789012", "groupId"] {
            assert!(!names(&event, name), "{name}");
        }
    }
}
