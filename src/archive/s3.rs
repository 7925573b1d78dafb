//! A bucket as an object store, with credentials found the way every AWS tool finds them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use datafusion::object_store;
use object_store::aws::{AmazonS3Builder, AwsCredential, resolve_bucket_region};
use object_store::{ClientOptions, CredentialProvider, ObjectStore};

use super::Error;
use super::throttle::{Heard, Throttle};

/// How to reach S3: the options of the AWS command line, under the same names.
#[derive(Debug, Clone, Default)]
pub struct S3Options {
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// Region of the bucket; found out when missing.
    pub region: Option<String>,
    /// Another server that speaks S3; path-style addressing is used with it.
    pub endpoint_url: Option<String>,
    /// Role to assume before asking.
    pub role_arn: Option<String>,
    /// Ask without credentials.
    pub no_sign_request: bool,
    /// Accept that the requester pays.
    pub request_payer: bool,
}

/// A bucket that can be asked, and who asks.
pub(super) struct Bucket {
    pub(super) store: Arc<dyn ObjectStore>,
    credentials: Option<Arc<Credentials>>,
    pub(super) throttle: Arc<Throttle>,
}

/// Opens a bucket. Asks for credentials, and for the bucket's region where nobody named one.
///
/// # Errors
/// [`Error::Credentials`] when there are none, [`Error::NoSuchBucket`] when S3 knows no such bucket.
pub(super) async fn open(bucket: &str, options: &S3Options) -> Result<Bucket, Error> {
    let config = sdk_config(options).await;
    let endpoint = options
        .endpoint_url
        .clone()
        .or_else(|| std::env::var("AWS_ENDPOINT_URL_S3").ok())
        .or_else(|| config.endpoint_url().map(str::to_owned));
    let region = match (config.region(), &endpoint) {
        (Some(region), _) => region.to_string(),
        (None, Some(_)) => "us-east-1".to_owned(),
        (None, None) => {
            resolve_bucket_region(bucket, &ClientOptions::default()).await.map_err(|error| match error {
                object_store::Error::Generic { ref source, .. } if source.to_string().contains("not found") => {
                    Error::NoSuchBucket(bucket.to_owned())
                }
                error => Error::Store(error),
            })?
        }
    };
    let throttle = Arc::new(Throttle::default());
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(region)
        .with_request_payer(options.request_payer)
        .with_http_connector(Heard(Arc::clone(&throttle)));
    if let Some(endpoint) = endpoint {
        builder = builder
            .with_allow_http(endpoint.starts_with("http://"))
            .with_endpoint(endpoint)
            .with_virtual_hosted_style_request(false);
    }
    let credentials = if options.no_sign_request {
        builder = builder.with_skip_signature(true);
        None
    } else {
        let credentials = Arc::new(Credentials::find(&config, options).await?);
        builder = builder
            .with_credentials(Arc::clone(&credentials) as Arc<dyn CredentialProvider<Credential = AwsCredential>>);
        Some(credentials)
    };
    let store = Arc::new(builder.build().map_err(Error::Store)?);
    Ok(Bucket { store, credentials, throttle })
}

impl Bucket {
    /// A store that is asked without credentials.
    #[cfg(test)]
    pub(super) fn anonymous(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, credentials: None, throttle: Arc::default() }
    }

    /// Who asks, as far as it is known without asking AWS.
    pub(super) fn identity(&self) -> String {
        self.credentials.as_ref().map_or_else(|| "an anonymous caller".to_owned(), |credentials| credentials.identity())
    }
}

async fn sdk_config(options: &S3Options) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if options.no_sign_request {
        loader = loader.no_credentials();
    }
    loader.load().await
}

/// Credentials of the AWS chain, asked for again shortly before they expire.
#[derive(Debug)]
struct Credentials {
    provider: SharedCredentialsProvider,
    role: Option<String>,
    current: Mutex<Option<(Arc<AwsCredential>, Option<SystemTime>)>>,
}

/// Who asks services of AWS other than S3: the same configuration, credentials and role.
#[derive(Debug)]
pub struct Caller {
    /// What clients of the services are made from.
    pub config: SdkConfig,
    /// Who it is, as far as it is known without asking AWS.
    pub identity: String,
}

impl Caller {
    /// Finds credentials. `region` counts where the configuration names none.
    ///
    /// # Errors
    /// [`Error::Credentials`] when there are none.
    pub async fn find(options: &S3Options, region: Option<&str>) -> Result<Self, Error> {
        let config = sdk_config(options).await;
        let region = config.region().cloned().or_else(|| region.map(|region| Region::new(region.to_owned())));
        // A role is assumed in a region, too.
        let config = config.into_builder().region(region).build();
        let credentials = Credentials::find(&config, options).await?;
        let identity = credentials.identity();
        let config = config.into_builder().credentials_provider(credentials.provider).build();
        Ok(Self { config, identity })
    }
}

/// How long before their expiry credentials are renewed.
const RENEWAL: Duration = Duration::from_secs(5 * 60);

impl Credentials {
    async fn find(config: &SdkConfig, options: &S3Options) -> Result<Self, Error> {
        let provider = match &options.role_arn {
            Some(role) => {
                let assumed = aws_config::sts::AssumeRoleProvider::builder(role)
                    .session_name("trailql")
                    .configure(config)
                    .build()
                    .await;
                SharedCredentialsProvider::new(assumed)
            }
            None => config
                .credentials_provider()
                .ok_or_else(|| Error::Credentials("no provider of credentials is configured".to_owned()))?,
        };
        let found = Self { provider, role: options.role_arn.clone(), current: Mutex::new(None) };
        found.renew().await.map_err(Error::Credentials)?;
        Ok(found)
    }

    async fn renew(&self) -> Result<Arc<AwsCredential>, String> {
        let found =
            self.provider.provide_credentials().await.map_err(|error| match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            })?;
        let credential = Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        });
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&credential), found.expiry()));
        Ok(credential)
    }

    fn current(&self) -> Option<Arc<AwsCredential>> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (credential, expiry) = current.as_ref()?;
        let fresh = expiry.is_none_or(|expiry| SystemTime::now() + RENEWAL < expiry);
        fresh.then(|| Arc::clone(credential))
    }

    fn identity(&self) -> String {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let key = current.as_ref().map_or("unknown", |(credential, _)| credential.key_id.as_str());
        match &self.role {
            Some(role) => format!("{role} (access key {key})"),
            None => format!("access key {key}"),
        }
    }
}

#[async_trait]
impl CredentialProvider for Credentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        if let Some(credential) = self.current() {
            return Ok(credential);
        }
        self.renew().await.map_err(|message| object_store::Error::Unauthenticated {
            path: "credentials".to_owned(),
            source: message.into(),
        })
    }
}
