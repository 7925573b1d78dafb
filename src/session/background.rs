//! Runs an answer's stream on a thread of its own.

use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter};
use futures::{StreamExt, stream};

/// The same batches, made by a task that begins when somebody asks for the first, and ends when nobody listens any
/// more.
///
/// Some operators work for minutes before they let go of their thread, such as a join without a key. Whoever waits for
/// them there hears neither the clock nor Ctrl-C.
pub(super) fn run(stream: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let schema = stream.schema();
    let batches = stream::once(async { spawned(stream) }).flatten();
    Box::pin(RecordBatchStreamAdapter::new(schema, batches))
}

fn spawned(mut stream: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let mut builder = RecordBatchReceiverStreamBuilder::new(stream.schema(), 1);
    let batches = builder.tx();
    builder.spawn(async move {
        while let Some(batch) = stream.next().await {
            if batches.send(batch).await.is_err() {
                break;
            }
        }
        Ok(())
    });
    builder.build()
}
