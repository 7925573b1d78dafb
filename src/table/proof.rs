//! What is known of log files before they are read, and what is kept of them while they are: verdicts and evidence.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::leaves::SlotPlan;
use crate::archive::{Archive, LogFile};
use crate::record::{self, Inflater};
use crate::verify::{Judgement, Ledger, Root, Verdicts};

/// See the file. Without either, nothing is hashed.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// What a verification says, where one was asked for.
    pub verdicts: Option<Arc<Verdicts>>,
    /// What takes down every log file that is read, where that is asked for.
    pub ledger: Option<Arc<Ledger>>,
}

/// A log file whose bytes are in hand.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) file: LogFile,
    /// What a verification says of it, where a column asks.
    pub(super) judgement: Option<Judgement>,
}

/// Content, and what a verification says of it.
type Judged<'a> = (&'a [u8], Option<Judgement>);

/// Hashes what is read, as far as somebody asks.
#[derive(Debug)]
pub(super) struct Prover {
    judges: Option<Judges>,
    ledger: Option<(Arc<Ledger>, u32)>,
}

/// What answers the columns about verification.
#[derive(Debug)]
enum Judges {
    /// Nobody asked for a verification.
    Nobody,
    Verdicts(Arc<Verdicts>, Root),
}

impl Prover {
    pub(super) fn new(proof: &Proof, archive: &Archive, plan: &SlotPlan) -> Self {
        let judges = plan.needs_judgement().then(|| match &proof.verdicts {
            Some(verdicts) => Judges::Verdicts(Arc::clone(verdicts), Root::of(archive.location())),
            None => Judges::Nobody,
        });
        let ledger = proof.ledger.as_ref().map(|ledger| (Arc::clone(ledger), ledger.archive(archive.location())));
        Self { judges, ledger }
    }

    /// The content of a log file and what a verification says of it; and its number in the ledger, which has it even if
    /// it cannot be inflated.
    pub(super) fn open<'a>(
        &self,
        inflater: &'a mut Inflater,
        file: &LogFile,
        stored: &'a [u8],
    ) -> (Result<Judged<'a>, record::Error>, Option<u64>) {
        let opened = match &self.judges {
            None => inflater.open(stored).map(|content| (content, None)),
            Some(Judges::Nobody) => inflater.open(stored).map(|content| (content, Some(Judgement::not_asked()))),
            Some(Judges::Verdicts(verdicts, root)) => inflater
                .examine(stored)
                .map(|(content, packing)| (content, Some(verdicts.judge(root, &file.key(), content, packing)))),
        };
        let noted = self.ledger.as_ref().map(|(ledger, archive)| {
            let content = opened.as_ref().ok().map(|(content, _)| Sha256::digest(content).into());
            ledger.note(*archive, file, Sha256::digest(stored).into(), content)
        });
        (opened, noted)
    }

    /// Notes how many records a log file has that was read to its end.
    pub(super) fn read(&self, number: Option<u64>, records: u64) {
        if let (Some((ledger, _)), Some(number)) = (&self.ledger, number) {
            ledger.read(number, records);
        }
    }
}
