//! The columns of `cloudtrail`: Athena's name, JSON's name, type and meaning, one row each.
//!
//! Source: CloudTrail User Guide, "CloudTrail record contents", and the published Athena table.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};

use super::{Kind, Leaf, Step};

/// One column, or one member of a struct column.
#[derive(Debug)]
pub struct Column {
    /// Athena's name: lower case.
    pub name: &'static str,
    /// The key in the record; empty when the value does not come from the record.
    pub json: &'static str,
    /// What kind of thing it holds.
    pub shape: Shape,
    /// One sentence for `DESCRIBE` and help.
    pub summary: &'static str,
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text, or a number or boolean as its text.
    Text,
    /// A boolean, as text `true` or `false`.
    Flag,
    /// Text of a point in time, compared as one.
    Time,
    /// JSON as text, reached into by path.
    Json,
    /// An object with known members.
    Struct(&'static [Column]),
    /// A list of objects with known members.
    List(&'static [Column]),
    /// Not from the record's own members; hidden from `SELECT *`.
    Virtual(Virtual),
}

/// Where a virtual column's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Virtual {
    /// The organization id in the log file's key.
    Organization,
    /// The account id in the key: who received the record.
    Account,
    /// The region in the key: where it was delivered from.
    Region,
    /// The folder's kind: `CloudTrail`, `CloudTrail-Insight`, `CloudTrail-NetworkActivity`.
    Folder,
    /// Year of delivery, four digits.
    Year,
    /// Month of delivery, two digits.
    Month,
    /// Day of delivery, two digits.
    Day,
    /// Day of delivery, `yyyy/MM/dd`, as Athena's partition projection writes it.
    Timestamp,
    /// Day of delivery, `yyyy-MM-dd`.
    Date,
    /// The log file's key, below the archive's root.
    Path,
    /// The size of the log file, in bytes as stored.
    FileSize,
    /// When the log file was last modified.
    FileModified,
    /// The number of the record in its log file, from 0.
    RecordIndex,
    /// The whole record as JSON text.
    EventJson,
    /// Whether the log file is proven unchanged.
    Verified,
    /// Why it is not.
    VerifiedReason,
}

impl Virtual {
    /// Whether the listing of the log file alone decides the value, so that a predicate on it skips whole files.
    #[must_use]
    pub fn is_of_file(self) -> bool {
        !matches!(self, Self::RecordIndex | Self::EventJson) && !self.is_of_content()
    }

    /// Whether the bytes of the log file decide the value, for all of its records.
    #[must_use]
    pub fn is_of_content(self) -> bool {
        matches!(self, Self::Verified | Self::VerifiedReason)
    }
}

macro_rules! columns {
    ($($name:literal $json:literal $shape:expr, $summary:literal;)*) => {
        &[$(Column { name: $name, json: $json, shape: $shape, summary: $summary }),*]
    };
}

use Shape::{Flag, Json, List, Struct, Text, Time};

/// The columns of `cloudtrail`, in the order of Athena's published table, virtual ones last.
pub const ALL: &[Column] = columns! {
    "eventversion" "eventVersion" Text, "Version of the record format.";
    "useridentity" "userIdentity" Struct(USER_IDENTITY), "Who made the request.";
    "eventtime" "eventTime" Time, "When the request was made, UTC, as the record writes it.";
    "eventsource" "eventSource" Text, "Service that was asked.";
    "eventname" "eventName" Text, "Requested action.";
    "awsregion" "awsRegion" Text, "Region the request was made to.";
    "sourceipaddress" "sourceIPAddress" Text, "Address the request came from, or a service's name.";
    "useragent" "userAgent" Text, "Agent through which the request was made.";
    "errorcode" "errorCode" Text, "Service error, when the request failed.";
    "errormessage" "errorMessage" Text, "Description of the error.";
    "requestparameters" "requestParameters" Json, "Parameters sent with the request.";
    "responseelements" "responseElements" Json, "Response of actions that change something.";
    "additionaleventdata" "additionalEventData" Json, "Data that was not part of request or response.";
    "requestid" "requestID" Text, "Id of the request, given by the service.";
    "eventid" "eventID" Text, "Id of the event, given by CloudTrail.";
    "readonly" "readOnly" Flag, "Whether the action only reads.";
    "resources" "resources" List(RESOURCE), "Resources accessed in the event.";
    "eventtype" "eventType" Text, "What produced the record.";
    "apiversion" "apiVersion" Text, "API version of the call.";
    "managementevent" "managementEvent" Flag, "Whether this is a management event.";
    "recipientaccountid" "recipientAccountId" Text, "Account that received the event.";
    "serviceeventdetails" "serviceEventDetails" Json, "What triggered a service event, and its result.";
    "sharedeventid" "sharedEventID" Text, "Id shared by the copies of one event in several accounts.";
    "vpcendpointid" "vpcEndpointId" Text, "VPC endpoint the request went through.";
    "vpcendpointaccountid" "vpcEndpointAccountId" Text, "Owner of the VPC endpoint.";
    "eventcategory" "eventCategory" Text, "Management, Data, NetworkActivity or Insight.";
    "addendum" "addendum" Struct(ADDENDUM), "Why a delivery was late or repeated.";
    "sessioncredentialfromconsole" "sessionCredentialFromConsole" Text, "Whether the credentials came from a console session.";
    "edgedevicedetails" "edgeDeviceDetails" Json, "Edge devices that were the target.";
    "tlsdetails" "tlsDetails" Struct(TLS_DETAILS), "TLS version, cipher suite and host name.";
    "insightdetails" "insightDetails" Json, "What an Insights event reports.";
    "eventcontext" "eventContext" Json, "Tags and condition keys at the time of the event.";
    "eventjson" "" Shape::Virtual(Virtual::EventJson), "The whole record as JSON text.";
    "organization" "" Shape::Virtual(Virtual::Organization), "Organization id in the log file's key.";
    "account" "" Shape::Virtual(Virtual::Account), "Account id in the log file's key.";
    "account_id" "" Shape::Virtual(Virtual::Account), "As `account`.";
    "accountid" "" Shape::Virtual(Virtual::Account), "As `account`.";
    "region" "" Shape::Virtual(Virtual::Region), "Region in the log file's key.";
    "folder" "" Shape::Virtual(Virtual::Folder), "Folder of the log file: CloudTrail, CloudTrail-Insight or CloudTrail-NetworkActivity.";
    "year" "" Shape::Virtual(Virtual::Year), "Year of delivery.";
    "month" "" Shape::Virtual(Virtual::Month), "Month of delivery, two digits.";
    "day" "" Shape::Virtual(Virtual::Day), "Day of delivery, two digits.";
    "timestamp" "" Shape::Virtual(Virtual::Timestamp), "Day of delivery, yyyy/MM/dd.";
    "date" "" Shape::Virtual(Virtual::Date), "Day of delivery, yyyy-MM-dd.";
    "dt" "" Shape::Virtual(Virtual::Date), "As `date`.";
    "$path" "" Shape::Virtual(Virtual::Path), "Key of the log file.";
    "$file_size" "" Shape::Virtual(Virtual::FileSize), "Size of the log file in bytes.";
    "$file_modified_time" "" Shape::Virtual(Virtual::FileModified), "When the log file was last modified.";
    "record_index" "" Shape::Virtual(Virtual::RecordIndex), "Number of the record in its log file, from 0.";
    "verified" "" Shape::Virtual(Virtual::Verified), "Whether the log file is proven unchanged by its digest file; null where nothing tells, or nobody asked (--verified).";
    "verified_reason" "" Shape::Virtual(Virtual::VerifiedReason), "Why `verified` is not true.";
};

const USER_IDENTITY: &[Column] = columns! {
    "type" "type" Text, "Kind of identity.";
    "principalid" "principalId" Text, "Unique id of the caller.";
    "arn" "arn" Text, "ARN of the caller.";
    "accountid" "accountId" Text, "Account of the caller.";
    "invokedby" "invokedBy" Text, "Service that made the request.";
    "accesskeyid" "accessKeyId" Text, "Access key that signed the request.";
    "username" "userName" Text, "Friendly name of the caller.";
    "sessioncontext" "sessionContext" Struct(SESSION_CONTEXT), "Session of temporary credentials.";
    "onbehalfof" "onBehalfOf" Struct(ON_BEHALF_OF), "IAM Identity Center user behind the call.";
    "inscopeof" "inScopeOf" Struct(IN_SCOPE_OF), "What the credentials were issued for.";
    "invokedbydelegate" "invokedByDelegate" Struct(INVOKED_BY_DELEGATE), "Delegate that made the request.";
    "identityprovider" "identityProvider" Text, "External identity provider.";
    "credentialid" "credentialId" Text, "Id of the credential.";
};

const SESSION_CONTEXT: &[Column] = columns! {
    "attributes" "attributes" Struct(SESSION_ATTRIBUTES), "When the session began, and whether with MFA.";
    "sessionissuer" "sessionIssuer" Struct(SESSION_ISSUER), "Who issued the session.";
    "ec2roledelivery" "ec2RoleDelivery" Text, "Version of the instance metadata service.";
    "webidfederationdata" "webIdFederationData" Struct(WEB_ID_FEDERATION), "Web identity provider and its attributes.";
    "sourceidentity" "sourceIdentity" Text, "Original identity, carried through roles.";
    "assumedroot" "assumedRoot" Text, "Whether the session came from AssumeRoot.";
    "ec2issuedinvpc" "ec2IssuedInVpc" Text, "VPC in which the credentials were issued.";
};

const SESSION_ATTRIBUTES: &[Column] = columns! {
    "mfaauthenticated" "mfaAuthenticated" Text, "Whether the session began with MFA.";
    "creationdate" "creationDate" Time, "When the session began.";
};

const SESSION_ISSUER: &[Column] = columns! {
    "type" "type" Text, "Source of the credentials.";
    "principalid" "principalId" Text, "Unique id of the issuer.";
    "arn" "arn" Text, "ARN of the issuer.";
    "accountid" "accountId" Text, "Account of the issuer.";
    "username" "userName" Text, "Friendly name of the issuer.";
};

const WEB_ID_FEDERATION: &[Column] = columns! {
    "federatedprovider" "federatedProvider" Text, "Name of the provider.";
    "attributes" "attributes" Json, "What the provider said of the user.";
};

const ON_BEHALF_OF: &[Column] = columns! {
    "userid" "userId" Text, "Id of the user.";
    "identitystorearn" "identityStoreArn" Text, "Identity store of the user.";
};

const IN_SCOPE_OF: &[Column] = columns! {
    "sourcearn" "sourceArn" Text, "Resource the credentials are for.";
    "sourceaccount" "sourceAccount" Text, "Account of that resource.";
    "issuertype" "issuerType" Text, "Kind of resource.";
    "credentialsissuedto" "credentialsIssuedTo" Text, "Where the credentials are used.";
};

const INVOKED_BY_DELEGATE: &[Column] = columns! {
    "accountid" "accountId" Text, "Account of the delegate.";
};

const ADDENDUM: &[Column] = columns! {
    "reason" "reason" Text, "DELIVERY_DELAY, UPDATED_DATA or SERVICE_OUTAGE.";
    "updatedfields" "updatedFields" Text, "Fields that were updated.";
    "originalrequestid" "originalRequestID" Text, "Id of the original request.";
    "originaleventid" "originalEventID" Text, "Id of the original event.";
};

const TLS_DETAILS: &[Column] = columns! {
    "tlsversion" "tlsVersion" Text, "TLS version.";
    "ciphersuite" "cipherSuite" Text, "Cipher suite.";
    "clientprovidedhostheader" "clientProvidedHostHeader" Text, "Host name the client used.";
    "keyexchange" "keyExchange" Text, "Key exchange.";
};

/// One resource. Records write the first key `ARN`; some write `arn`, which the fall-back on case finds.
const RESOURCE: &[Column] = columns! {
    "arn" "ARN" Text, "ARN of the resource.";
    "accountid" "accountId" Text, "Owner of the resource.";
    "type" "type" Text, "Type of the resource.";
    "arnprefix" "ARNPrefix" Text, "ARN prefix, for groups of S3 objects.";
};

impl Column {
    /// The Arrow type of the whole column.
    #[must_use]
    pub fn data_type(&self) -> DataType {
        self.shape.data_type()
    }

    /// The type as Athena's published table writes it: `struct<type:string,…>`.
    #[must_use]
    pub fn athena_type(&self) -> String {
        let members = |members: &[Self]| {
            let members: Vec<_> =
                members.iter().map(|member| format!("{}:{}", member.name, member.athena_type())).collect();
            format!("struct<{}>", members.join(","))
        };
        match self.shape {
            Shape::Struct(inner) => members(inner),
            Shape::List(inner) => format!("array<{}>", members(inner)),
            Shape::Virtual(Virtual::FileSize | Virtual::RecordIndex) => "bigint".to_owned(),
            Shape::Virtual(Virtual::FileModified) => "timestamp".to_owned(),
            Shape::Virtual(Virtual::Verified) => "boolean".to_owned(),
            _ => "string".to_owned(),
        }
    }

    /// The field of the whole column, with what the languages must know of it as metadata.
    #[must_use]
    pub fn field(&self) -> Field {
        let mark = match self.shape {
            Shape::Json | Shape::Virtual(Virtual::EventJson) => Some(JSON),
            Shape::Time => Some(TIME),
            Shape::Flag => Some(FLAG),
            Shape::Virtual(Virtual::Timestamp) => Some(DAY_WITH_SLASHES),
            Shape::Virtual(Virtual::Date) => Some(DAY_WITH_HYPHENS),
            _ => None,
        };
        let mut metadata: HashMap<_, _> = mark.into_iter().map(|mark| (HOLDS.to_owned(), mark.to_owned())).collect();
        if let Shape::Virtual(_) = self.shape {
            metadata.insert(HIDDEN.to_owned(), "true".to_owned());
        }
        Field::new(self.name, self.data_type(), true).with_metadata(metadata)
    }
}

impl Shape {
    /// The Arrow type of a whole value.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Struct(members) => DataType::Struct(fields(members)),
            Self::List(members) => {
                DataType::List(Arc::new(Field::new("item", DataType::Struct(fields(members)), true)))
            }
            Self::Virtual(Virtual::FileSize) => DataType::Int64,
            Self::Virtual(Virtual::FileModified) => Kind::Time.data_type(),
            Self::Virtual(Virtual::Verified) => DataType::Boolean,
            shape => shape.kind().unwrap_or(Kind::Text).data_type(),
        }
    }

    /// The kind of leaf that holds a value of this shape; structs, lists and facts of the file have none.
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Text | Self::Time | Self::Json => Some(Kind::Text),
            Self::Flag => Some(Kind::Flag),
            Self::Virtual(Virtual::EventJson) => Some(Kind::Json),
            Self::Virtual(Virtual::RecordIndex) => Some(Kind::Ordinal),
            Self::Struct(_) | Self::List(_) | Self::Virtual(_) => None,
        }
    }
}

/// Field metadata: what a text column holds beyond text.
pub const HOLDS: &str = "trailql.holds";
/// Value of [`HOLDS`]: JSON, reached into by path.
pub const JSON: &str = "json";
/// Value of [`HOLDS`]: JSON as a value of Trino's type JSON, not text that happens to be JSON.
pub const JSON_VALUE: &str = "json value";
/// Value of [`HOLDS`]: an address of the Internet Protocol; 16 bytes, IPv4 as IPv4-mapped IPv6.
pub const IP_ADDRESS: &str = "ip address";
/// Value of [`HOLDS`]: a block of addresses; the 16 bytes of its first address and the length of its prefix.
pub const IP_PREFIX: &str = "ip prefix";
/// Value of [`HOLDS`]: a point in time.
pub const TIME: &str = "time";
/// Value of [`HOLDS`]: `true` or `false`.
pub const FLAG: &str = "flag";
/// Value of [`HOLDS`]: a day, `yyyy/MM/dd`.
pub const DAY_WITH_SLASHES: &str = "day with slashes";
/// Value of [`HOLDS`]: a day, `yyyy-MM-dd`.
pub const DAY_WITH_HYPHENS: &str = "day with hyphens";
/// Field metadata: `true` on columns that `SELECT *` leaves out.
pub const HIDDEN: &str = "trailql.hidden";

/// Whether `SELECT *` leaves a column out.
#[must_use]
pub fn is_hidden(field: &Field) -> bool {
    field.metadata().get(HIDDEN).is_some_and(|hidden| hidden == "true")
}

/// The Arrow schema of `cloudtrail`, in the order of [`ALL`].
#[must_use]
pub fn arrow_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| Arc::new(Schema::new(fields(ALL))));
    Arc::clone(&SCHEMA)
}

/// The column with this name, in either spelling and any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Column> {
    member(ALL, name)
}

/// The member with this name among `columns`, in either spelling and any case.
#[must_use]
pub fn member(columns: &'static [Column], name: &str) -> Option<&'static Column> {
    columns.iter().find(|column| {
        column.name.eq_ignore_ascii_case(name) || (!column.json.is_empty() && column.json.eq_ignore_ascii_case(name))
    })
}

/// The names of the members of every struct, at any depth.
#[must_use]
pub fn members() -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut open: Vec<&'static [Column]> = vec![ALL];
    while let Some(columns) = open.pop() {
        for column in columns {
            if let Shape::Struct(members) | Shape::List(members) = column.shape {
                names.extend(members.iter().map(|member| member.name));
                open.push(members);
            }
        }
    }
    names
}

/// The leaf a column or struct member stands for, and its shape: `["useridentity", "arn"]`.
///
/// Names are Athena's. None when there is no such column.
#[must_use]
pub fn resolve(names: &[&str]) -> Option<(&'static Column, Leaf)> {
    let (first, rest) = names.split_first()?;
    let mut column = ALL.iter().find(|column| column.name == *first)?;
    let mut path = step(column);
    for name in rest {
        let Shape::Struct(members) = column.shape else { return None };
        column = members.iter().find(|column| column.name == *name)?;
        path.extend(step(column));
    }
    let kind = column.shape.kind().unwrap_or(Kind::Json);
    Some((column, Leaf { path, kind }))
}

/// Whether a path, by JSON's names, leads to a column or a struct member: a field that CloudTrail documents.
#[must_use]
pub fn documents(path: &[Step]) -> bool {
    let mut members = ALL;
    let mut steps = path.iter();
    loop {
        let Some(step) = steps.next() else { return true };
        let (Step::Key(name) | Step::ExactKey(name)) = step else { return false };
        let Some(column) = members.iter().find(|column| column.json == &**name) else { return false };
        match column.shape {
            Shape::Struct(inner) => members = inner,
            _ => return steps.next().is_none(),
        }
    }
}

/// The step from an object to this member; none for what is not a member.
#[must_use]
pub fn step(column: &Column) -> Vec<Step> {
    if column.json.is_empty() { Vec::new() } else { vec![Step::ExactKey(column.json.into())] }
}

/// The Arrow fields of these columns.
#[must_use]
pub fn fields<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Fields {
    columns.into_iter().map(Column::field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn athena_names_are_json_names_in_lower_case() {
        fn check(columns: &[Column]) {
            for column in columns {
                assert_eq!(column.name, column.name.to_lowercase());
                assert!(column.json.is_empty() || column.json.to_lowercase() == column.name, "{}", column.name);
                if let Shape::Struct(members) | Shape::List(members) = column.shape {
                    check(members);
                }
            }
        }
        check(ALL);
    }

    #[test]
    fn a_struct_member_resolves_to_its_json_path() {
        let (_, leaf) =
            resolve(&["useridentity", "sessioncontext", "attributes", "mfaauthenticated"]).expect("a member");
        assert_eq!(super::super::path_text(&leaf.path), "userIdentity.sessionContext.attributes.mfaAuthenticated");
        assert!(resolve(&["useridentity", "nope"]).is_none());
    }
}
