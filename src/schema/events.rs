//! What is known of the names of events: who writes them, and which names never appear.
//!
//! This is no list of all events. It has those that detections ask for, as far as they are certain, and mistakes that
//! published rules have made.

/// Events that one service alone writes, by the first part of its `eventSource`.
const EVENTS: &[(&str, &[&str])] = &[
    ("signin", &["ConsoleLogin", "GetSigninToken", "SwitchRole", "PasswordRecoveryRequested", "EmailUpdated"]),
    (
        "sts",
        &[
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "AssumeRoot",
            "GetCallerIdentity",
            "GetSessionToken",
        ],
    ),
    (
        "iam",
        &[
            "AddUserToGroup",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "AttachGroupPolicy",
            "CreateAccessKey",
            "CreateLoginProfile",
            "CreatePolicyVersion",
            "CreateSAMLProvider",
            "CreateOpenIDConnectProvider",
            "CreateServiceLinkedRole",
            "DeactivateMFADevice",
            "DeleteAccessKey",
            "DeleteLoginProfile",
            "DeleteRolePermissionsBoundary",
            "DeleteUserPermissionsBoundary",
            "DeleteSAMLProvider",
            "DeleteVirtualMFADevice",
            "EnableMFADevice",
            "PutRolePolicy",
            "PutUserPolicy",
            "PutGroupPolicy",
            "SetDefaultPolicyVersion",
            "UpdateAccessKey",
            "UpdateAccountPasswordPolicy",
            "UpdateAssumeRolePolicy",
            "UpdateLoginProfile",
            "UpdateSAMLProvider",
            "GenerateCredentialReport",
            "GetAccountAuthorizationDetails",
        ],
    ),
    (
        "cloudtrail",
        &[
            "StopLogging",
            "StartLogging",
            "DeleteTrail",
            "UpdateTrail",
            "CreateTrail",
            "PutEventSelectors",
            "LookupEvents",
        ],
    ),
    (
        "config",
        &["DeleteConfigurationRecorder", "StopConfigurationRecorder", "DeleteDeliveryChannel", "DeleteConfigRule"],
    ),
    ("guardduty", &["UpdateDetector"]),
    ("securityhub", &["BatchUpdateFindings", "DisableSecurityHub"]),
    (
        "ec2",
        &[
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "CreateNetworkAclEntry",
            "DeleteFlowLogs",
            "DisableEbsEncryptionByDefault",
            "GetPasswordData",
            "ModifyInstanceAttribute",
            "ModifySnapshotAttribute",
            "ModifyImageAttribute",
            "RunInstances",
            "CreateTrafficMirrorSession",
            "CreateInstanceExportTask",
            "SharedSnapshotCopyInitiated",
        ],
    ),
    (
        "s3",
        &[
            "DeleteBucketPolicy",
            "DeleteBucketEncryption",
            "ListBuckets",
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketVersioning",
            "PutBucketReplication",
            "PutBucketLogging",
            "PutBucketPublicAccessBlock",
            "DeleteBucketPublicAccessBlock",
            "DeleteObjects",
            "CopyObject",
        ],
    ),
    ("kms", &["ScheduleKeyDeletion", "DisableKey", "ImportKeyMaterial", "PutKeyPolicy"]),
    ("secretsmanager", &["GetSecretValue", "BatchGetSecretValue", "PutSecretValue", "RotateSecret"]),
    ("ssm", &["GetParameter", "GetParameters", "GetParametersByPath"]),
    (
        "route53domains",
        &[
            "AcceptDomainTransferFromAnotherAwsAccount",
            "DisableDomainAutoRenew",
            "DisableDomainTransferLock",
            "EnableDomainTransferLock",
            "RetrieveDomainAuthCode",
            "TransferDomain",
            "TransferDomainToAnotherAwsAccount",
            "UpdateDomainContact",
            "UpdateDomainNameservers",
        ],
    ),
    ("route53", &["ChangeResourceRecordSets", "CreateHostedZone", "DeleteHostedZone", "AssociateVPCWithHostedZone"]),
    (
        "rds",
        &[
            "ModifyDBInstance",
            "DeleteDBInstance",
            "DeleteDBCluster",
            "RestoreDBInstanceFromDBSnapshot",
            "ModifyDBSnapshotAttribute",
        ],
    ),
    ("organizations", &["LeaveOrganization", "InviteAccountToOrganization", "RegisterDelegatedAdministrator"]),
    ("logs", &["DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy"]),
    ("monitoring", &["DeleteAlarms", "DisableAlarmActions", "SetAlarmState"]),
    ("elasticfilesystem", &["DeleteMountTarget", "CreateMountTarget"]),
    ("ses", &["DeleteIdentity", "VerifyEmailIdentity", "UpdateAccountSendingEnabled", "GetSendQuota"]),
    ("macie2", &["DisableMacie", "DeleteFindingsFilter", "EnableMacie"]),
    ("ecs", &["RegisterTaskDefinition", "RunTask"]),
    ("glue", &["CreateDevEndpoint", "UpdateDevEndpoint"]),
    ("account", &["EnableRegion", "DisableRegion", "PutAlternateContact"]),
];

/// Permissions that no event is called by, and the event to ask for where there is one.
const PERMISSIONS: &[(&str, Option<&str>)] = &[
    ("PassRole", None),
    ("TagSession", None),
    ("SetSourceIdentity", None),
    ("ListAllMyBuckets", Some("ListBuckets")),
    ("ListBucket", Some("ListObjects")),
    ("ListBucketVersions", Some("ListObjectVersions")),
    ("GetObjectVersion", Some("GetObject")),
    ("DeleteObjectVersion", Some("DeleteObject")),
    ("PutEncryptionConfiguration", Some("PutBucketEncryption")),
    ("PutReplicationConfiguration", Some("PutBucketReplication")),
    ("InvokeFunction", Some("Invoke")),
];

/// Names of services that no `eventSource` begins with, and what it begins with.
const SERVICES: &[(&str, &str)] = &[
    ("cloudwatch", "monitoring"),
    ("cloudwatchlogs", "logs"),
    ("efs", "elasticfilesystem"),
    ("elb", "elasticloadbalancing"),
    ("eventbridge", "events"),
    ("macie", "macie2"),
    ("opensearch", "es"),
    ("stepfunctions", "states"),
    ("vpc", "ec2"),
];

/// Lambda's events, whose names end with the date of an API.
const LAMBDA: &[&str] = &[
    "AddPermission20150331v2",
    "CreateEventSourceMapping20150331",
    "CreateFunction20150331",
    "DeleteEventSourceMapping20150331",
    "DeleteFunction20150331",
    "GetFunction20150331v2",
    "GetFunctionConfiguration20150331v2",
    "GetPolicy20150331v2",
    "ListFunctions20150331",
    "PublishVersion20150331",
    "RemovePermission20150331v2",
    "UpdateEventSourceMapping20150331",
    "UpdateFunctionCode20150331v2",
    "UpdateFunctionConfiguration20150331v2",
];

/// Events of Lambda whose names, without the date, other services use as well.
const SHARED: &[&str] = &[
    "CreateFunction",
    "DeleteFunction",
    "GetFunction",
    "ListFunctions",
    "GetPolicy",
    "AddPermission",
    "RemovePermission",
];

/// Events that one service alone writes, by the first part of its `eventSource`.
pub fn all() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    EVENTS.iter().copied()
}

/// The `eventSource` of an event that one service alone writes; names in any case.
#[must_use]
pub fn source_of(event: &str) -> Option<String> {
    let is_of = |events: &[&str]| events.iter().any(|known| known.eq_ignore_ascii_case(event));
    EVENTS.iter().find(|(_, events)| is_of(events)).map(|(service, _)| format!("{service}.amazonaws.com"))
}

/// Whether a name is a permission that no event is called by, and then the event to ask for, if there is one.
#[must_use]
pub fn permission(name: &str) -> Option<Option<&'static str>> {
    PERMISSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, event)| *event)
}

/// The `eventSource` to ask for in place of one that no event has.
#[must_use]
pub fn right_source(source: &str) -> Option<String> {
    let service = source.to_ascii_lowercase();
    let service = service.strip_suffix(".amazonaws.com")?;
    SERVICES.iter().find(|(wrong, _)| *wrong == service).map(|(_, right)| format!("{right}.amazonaws.com"))
}

/// The full name of an event of Lambda that is written without the date of its API. Names that other services have too
/// are taken for Lambda's where `is_lambda`.
#[must_use]
pub fn dated(name: &str, is_lambda: bool) -> Option<&'static str> {
    if !is_lambda && SHARED.iter().any(|shared| shared.eq_ignore_ascii_case(name)) {
        return None;
    }
    LAMBDA.iter().copied().find(|dated| base(dated).eq_ignore_ascii_case(name))
}

/// The name of an event without the date of an API: `CreateFunction` of `CreateFunction20150331`.
#[must_use]
pub fn base(name: &str) -> &str {
    let Some(digits) = name.find(|character: char| character.is_ascii_digit()) else { return name };
    let (before, rest) = name.split_at(digits);
    let Some((date, version)) = rest.split_at_checked(8) else { return name };
    let is_date = date.bytes().all(|byte| byte.is_ascii_digit());
    let is_version = version.is_empty()
        || version
            .strip_prefix('v')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_date && is_version && !before.is_empty() { before } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_api_is_no_part_of_an_events_name() {
        for (name, expected) in [
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("CreateFunction20150331", "CreateFunction"),
            ("AssociateVPCWithHostedZone", "AssociateVPCWithHostedZone"),
            ("Get2", "Get2"),
            ("20150331", "20150331"),
            ("X20150331é", "X20150331é"),
            ("X2015é331", "X2015é331"),
        ] {
            assert_eq!(base(name), expected);
        }
        assert_eq!(dated("updatefunctioncode", false), Some("UpdateFunctionCode20150331v2"));
        assert_eq!(
            (dated("CreateFunction", false), dated("CreateFunction", true)),
            (None, Some("CreateFunction20150331"))
        );
    }

    #[test]
    fn an_event_stands_in_one_list() {
        let mut names: Vec<_> = EVENTS.iter().flat_map(|(_, events)| *events).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(PERMISSIONS.iter().all(|(name, _)| source_of(name).is_none()));
    }
}
