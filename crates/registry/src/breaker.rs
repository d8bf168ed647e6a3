//! A time limit and a breaker around one register: five faults in a row and it rests for ten seconds, then
//! one call tries whether it is back. A resting register costs nobody any time.

use std::future::Future;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::port::Answer;
use crate::registers::Register;

/// Faults in a row after which a register rests.
const FAULTS: u32 = 5;
/// How long it rests.
const REST: Duration = Duration::from_secs(10);

/// Why a register gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It cannot be reached or refuses.
    Down,
    /// It took longer than the limit.
    Slow,
    /// It answered what cannot be understood.
    Wrong,
    /// It failed several times in a row and is left alone for a while.
    Resting,
}

/// A register that failed (*feilende system*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failed {
    /// Which.
    pub register: Register,
    /// Why.
    pub why: Why,
}

/// What a rehearsal does to a register, so that people can see how the pages take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Trouble {
    /// Nothing.
    None = 0,
    /// It cannot be reached.
    Down = 1,
    /// It takes five seconds.
    Slow = 2,
    /// It answers nonsense.
    Wrong = 3,
}

/// How slow a rehearsed slow register is.
const SLOW: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
struct State {
    faults: u32,
    rests_until: Option<Instant>,
}

/// A register behind its limit and its breaker.
pub(crate) struct Guarded<P: ?Sized> {
    port: Arc<P>,
    register: Register,
    limit: Duration,
    state: Mutex<State>,
    trouble: AtomicU8,
}

impl<P: ?Sized> Guarded<P> {
    pub(crate) fn new(register: Register, port: Arc<P>, limit: Duration) -> Guarded<P> {
        Guarded {
            port,
            register,
            limit,
            state: Mutex::default(),
            trouble: AtomicU8::new(0),
        }
    }

    pub(crate) fn rehearse(&self, trouble: Trouble) {
        self.trouble.store(trouble as u8, Ordering::Relaxed);
    }

    /// Whether it is in trouble now, as far as the last calls tell.
    pub(crate) fn is_resting(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .rests_until
            .is_some_and(|until| Instant::now() < until)
    }

    /// Asks the register, within its limit.
    pub(crate) async fn ask<T, F>(&self, call: impl FnOnce(Arc<P>) -> F) -> Result<T, Failed>
    where
        F: Future<Output = Answer<T>>,
    {
        let end = if self.may_try() {
            let answer = tokio::time::timeout(self.limit, self.troubled(call)).await;
            let end = match answer {
                Err(_) => Err(Why::Slow),
                Ok(Err(crate::port::Fault::Wrong(said))) => {
                    tracing::warn!(register = %self.register.name(), said, "a register answered something else than was agreed");
                    Err(Why::Wrong)
                }
                Ok(Err(crate::port::Fault::Unreachable | crate::port::Fault::Refused(_))) => {
                    Err(Why::Down)
                }
                Ok(Ok(answer)) => Ok(answer),
            };
            self.note(end.is_ok());
            end
        } else {
            Err(Why::Resting)
        };
        end.map_err(|why| Failed {
            register: self.register,
            why,
        })
    }

    async fn troubled<T, F>(&self, call: impl FnOnce(Arc<P>) -> F) -> Answer<T>
    where
        F: Future<Output = Answer<T>>,
    {
        match self.trouble.load(Ordering::Relaxed) {
            1 => return Err(crate::port::Fault::Unreachable),
            2 => tokio::time::sleep(SLOW).await,
            3 => return Err(crate::port::Fault::Wrong("rehearsed".to_owned())),
            _ => {}
        }
        call(Arc::clone(&self.port)).await
    }

    /// Whether a call may go out. After the rest, one goes and the others wait for how it fares.
    fn may_try(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.rests_until {
            None => true,
            Some(until) if Instant::now() < until => false,
            Some(_) => {
                state.rests_until = Some(Instant::now() + self.limit);
                true
            }
        }
    }

    fn note(&self, good: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if good {
            if state.faults >= FAULTS {
                tracing::info!(register = %self.register.name(), "a register answers again");
            }
            *state = State::default();
            return;
        }
        state.faults += 1;
        if state.faults >= FAULTS {
            if state.faults == FAULTS {
                tracing::warn!(register = %self.register.name(), "a register failed several times in a row and is left alone for a while");
            }
            state.rests_until = Some(Instant::now() + REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Fault;

    fn guarded() -> Guarded<str> {
        Guarded::new(Register::Cases, Arc::from("port"), Duration::from_secs(2))
    }

    async fn ask(guarded: &Guarded<str>, answer: Answer<u8>) -> Result<u8, Why> {
        let end = guarded.ask(async |_| answer).await;
        end.map_err(|failed| failed.why)
    }

    #[tokio::test(start_paused = true)]
    async fn a_register_that_fails_rests_and_comes_back_alone() {
        let register = guarded();
        for _ in 0..FAULTS {
            assert_eq!(
                ask(&register, Err(Fault::Unreachable)).await,
                Err(Why::Down)
            );
        }
        assert_eq!(ask(&register, Ok(1)).await, Err(Why::Resting));
        assert!(register.is_resting());
        tokio::time::advance(REST).await;
        assert_eq!(ask(&register, Ok(2)).await, Ok(2));
        assert_eq!(ask(&register, Ok(3)).await, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_register_costs_its_limit_and_no_more() {
        let register = guarded();
        register.rehearse(Trouble::Slow);
        let began = Instant::now();
        assert_eq!(ask(&register, Ok(1)).await, Err(Why::Slow));
        assert_eq!(began.elapsed(), Duration::from_secs(2));
        register.rehearse(Trouble::None);
        assert_eq!(ask(&register, Ok(1)).await, Ok(1));
        assert_eq!(
            ask(&register, Err(Fault::Wrong(String::new()))).await,
            Err(Why::Wrong)
        );
    }
}
