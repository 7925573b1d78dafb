//! How many requests a bucket is sent at once: fewer when it asks for that, more again while it does not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use datafusion::object_store;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Requests for objects under way at once, at most and at least.
const MOST: usize = 256;
const LEAST: usize = 4;
/// Refusals within this time are one: they answer requests that were sent together.
const BREATH: Duration = Duration::from_secs(1);

/// See the file.
#[derive(Debug)]
pub(super) struct Throttle {
    permits: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    allowed: usize,
    /// Permits to take back as soon as their requests are answered.
    owed: usize,
    /// Answers since the last change.
    answers: usize,
    slowed: Option<Instant>,
}

/// The right to send a request.
pub(super) struct Permit<'a> {
    throttle: &'a Throttle,
    permit: Option<SemaphorePermit<'a>>,
}

impl Default for Throttle {
    fn default() -> Self {
        let state = State { allowed: MOST, owed: 0, answers: 0, slowed: None };
        Self { permits: Semaphore::new(MOST), state: Mutex::new(state) }
    }
}

impl Throttle {
    /// Waits for its turn.
    pub(super) async fn permit(&self) -> Permit<'_> {
        // The semaphore is never closed; without it a request is merely not counted.
        Permit { throttle: self, permit: self.permits.acquire().await.ok() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bucket is asked too much: half as much from now on.
    fn slow_down(&self) {
        let mut state = self.state();
        if state.slowed.is_some_and(|at| at.elapsed() < BREATH) {
            return;
        }
        let allowed = (state.allowed / 2).max(LEAST);
        let fewer = state.allowed - allowed;
        let taken = self.permits.forget_permits(fewer);
        *state = State { allowed, owed: state.owed + fewer - taken, answers: 0, slowed: Some(Instant::now()) };
    }

    /// The bucket answered: after a round of answers one more is allowed.
    fn went_well(&self) {
        let mut state = self.state();
        state.answers += 1;
        if state.answers >= state.allowed && state.allowed < MOST {
            state.answers = 0;
            state.allowed += 1;
            match state.owed.checked_sub(1) {
                Some(owed) => state.owed = owed,
                None => self.permits.add_permits(1),
            }
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.throttle.state();
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}

/// Connections whose answers a throttle hears of, those included that are retried without anybody else noticing.
#[derive(Debug)]
pub(super) struct Heard(pub(super) Arc<Throttle>);

impl HttpConnector for Heard {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let inner = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(HeardService { inner, throttle: Arc::clone(&self.0) }))
    }
}

#[derive(Debug)]
struct HeardService {
    inner: HttpClient,
    throttle: Arc<Throttle>,
}

#[async_trait]
impl HttpService for HeardService {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = self.inner.execute(request).await;
        match &answer {
            // `SlowDown`, and the same in other words.
            Ok(answer) if matches!(answer.status().as_u16(), 429 | 503) => self.throttle.slow_down(),
            Ok(_) => self.throttle.went_well(),
            Err(_) => {}
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refusal_halves_and_answers_add_one_by_one() {
        let throttle = Throttle::default();
        throttle.slow_down();
        assert_eq!(throttle.permits.available_permits(), MOST / 2);
        // Of the same moment.
        throttle.slow_down();
        assert_eq!(throttle.permits.available_permits(), MOST / 2);
        (0..MOST / 2).for_each(|_| throttle.went_well());
        assert_eq!(throttle.permits.available_permits(), MOST / 2 + 1);
    }

    #[tokio::test]
    async fn what_is_under_way_is_taken_back_when_it_ends() {
        let throttle = Throttle::default();
        let mut under_way = Vec::new();
        for _ in 0..MOST - 10 {
            under_way.push(throttle.permit().await);
        }
        throttle.slow_down();
        assert_eq!(throttle.permits.available_permits(), 0);
        drop(under_way);
        assert_eq!(throttle.permits.available_permits(), MOST / 2);
    }
}
