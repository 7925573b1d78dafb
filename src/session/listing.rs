//! Listings of a session's archives, for those who need no records.

use super::deadline::Deadline;
use super::{Error, Session};
use crate::archive::{Archive, DigestListing, DigestName, Listing, Partition, Wanted};

impl Session {
    /// Lists an archive.
    ///
    /// # Errors
    /// [`Error::Archive`] when it cannot be listed; [`Error::Limit`] when that takes too long.
    pub async fn list(&self, archive: &Archive, wanted: &Wanted<'_>) -> Result<Listing, Error> {
        let listed = async {
            let of_archive = |source| Error::Archive { location: archive.location().display(), source };
            archive.list(wanted).await.map_err(of_archive)
        };
        Deadline::after(self.options.timeout).bound(listed).await
    }

    /// Lists the digest files of an archive; none is read.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub async fn list_digests(
        &self,
        archive: &Archive,
        wanted: &Wanted<'_>,
        each: &(dyn Fn(&Partition, DigestName<'_>) + Sync),
    ) -> Result<DigestListing, Error> {
        let listed = async {
            let of_archive = |source| Error::Archive { location: archive.location().display(), source };
            archive.digests(wanted, each).await.map_err(of_archive)
        };
        Deadline::after(self.options.timeout).bound(listed).await
    }
}
