//! Brings the wishes of browsers to the lines, and what the lines tell to the browsers. No rule of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use linje_centre::Centre;
use linje_http::{CallAsk, CallDoor, CallNews, NoSound, PhoneNews, SoundAsk};
use linje_voice::{Browsers, CallId, Caller, LegId, WebError};
use tokio::sync::{mpsc, oneshot};

/// News that may wait for a page.
const NEWS: usize = 64;
/// Calls of browsers that are remembered.
const CALLS_MAX: usize = 2_000;

/// Carries wishes out, one after the other, until nobody wishes any more.
pub(crate) async fn run(
    browsers: Browsers,
    pages: CallDoor,
    centre: Arc<Centre>,
    mut asks: mpsc::Receiver<SoundAsk>,
) {
    let sound = Sound {
        browsers,
        pages,
        centre,
        lines: Mutex::default(),
    };
    while let Some(ask) = asks.recv().await {
        if let Err(error) = sound.carry_out(ask).await {
            tracing::warn!(%error, "a browser's wish did not reach the lines");
        }
    }
}

struct Sound {
    browsers: Browsers,
    pages: CallDoor,
    centre: Arc<Centre>,
    /// The lines that calls of pages are on.
    lines: Mutex<BTreeMap<u64, CallId>>,
}

impl Sound {
    async fn carry_out(&self, ask: SoundAsk) -> Result<(), WebError> {
        match ask {
            SoundAsk::Phone { user, news } => {
                let (to, from) = mpsc::channel(NEWS);
                tokio::spawn(pass_on(from, news, phone_news));
                self.browsers.phone(&user, to).await
            }
            SoundAsk::NoPhone { user } => self.browsers.no_phone(&user).await,
            SoundAsk::Join {
                user,
                leg,
                offer,
                reply,
            } => {
                let joined = self.browsers.join(&user, LegId(leg), offer).await;
                answer(reply, joined);
                Ok(())
            }
            SoundAsk::LegKey { user, leg, key } => {
                self.browsers.leg_key(&user, LegId(leg), key).await
            }
            SoundAsk::Ring {
                number,
                from,
                offer,
                news,
                reply,
            } => {
                let rung = self.ring(&number, from, offer, news).await;
                answer(reply, rung);
                Ok(())
            }
            SoundAsk::Again {
                call,
                offer,
                news,
                reply,
            } => {
                let again = match self.line(call) {
                    Some(line) => {
                        let (to, from) = mpsc::channel(NEWS);
                        tokio::spawn(pass_on(from, news, call_news));
                        self.browsers.again(line, offer, to).await
                    }
                    None => Err(WebError::Gone),
                };
                answer(reply, again);
                Ok(())
            }
            SoundAsk::Key { call, key } => match self.line(call) {
                Some(line) => self.browsers.call_key(line, key).await,
                None => Ok(()),
            },
            SoundAsk::HangUp { call } => match self.line(call) {
                Some(line) => self.browsers.hang_up(line).await,
                None => Ok(()),
            },
        }
    }

    async fn ring(
        &self,
        number: &str,
        from: Option<String>,
        offer: String,
        news: mpsc::Sender<CallNews>,
    ) -> Result<(u64, String), WebError> {
        let dialled = self.centre.number_named(number).ok_or(WebError::Gone)?;
        let (to, heard) = mpsc::channel(NEWS);
        let caller = Caller { number: from };
        let (line, sdp) = self
            .browsers
            .ring(&dialled.number, caller, offer, to)
            .await?;
        let (reply, shown) = oneshot::channel();
        let follow = CallAsk::Follow {
            line: line.0,
            reply,
        };
        self.pages
            .send(follow)
            .await
            .map_err(|_| WebError::Closed)?;
        let Ok(Some(page)) = shown.await else {
            // Nobody could see the call: better none than one that goes on unseen.
            self.browsers.hang_up(line).await?;
            return Err(WebError::Full);
        };
        self.remember(page, line);
        tokio::spawn(pass_on(heard, news, call_news));
        Ok((page, sdp))
    }

    fn remember(&self, page: u64, line: CallId) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == CALLS_MAX {
            lines.pop_first();
        }
        lines.insert(page, line);
    }

    fn line(&self, page: u64) -> Option<CallId> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.get(&page).copied()
    }
}

/// Passes news on in other words, until either end is gone.
async fn pass_on<A, B>(mut from: mpsc::Receiver<A>, to: mpsc::Sender<B>, in_words: fn(A) -> B) {
    while let Some(news) = from.recv().await {
        if to.send(in_words(news)).await.is_err() {
            return;
        }
    }
}

fn phone_news(news: linje_voice::PhoneNews) -> PhoneNews {
    match news {
        linje_voice::PhoneNews::Ringing {
            leg,
            contact,
            display,
        } => PhoneNews::Ringing {
            leg: leg.0,
            contact,
            display,
        },
        linje_voice::PhoneNews::Answered { leg } => PhoneNews::Answered { leg: leg.0 },
        linje_voice::PhoneNews::Held { leg, held } => PhoneNews::Held { leg: leg.0, held },
        linje_voice::PhoneNews::Gone { leg } => PhoneNews::Gone { leg: leg.0 },
    }
}

fn call_news(news: linje_voice::CallNews) -> CallNews {
    match news {
        linje_voice::CallNews::Answered => CallNews::Answered,
        linje_voice::CallNews::Ended(_) => CallNews::Ended,
    }
}

fn answer<T>(reply: oneshot::Sender<Result<T, NoSound>>, result: Result<T, WebError>) {
    let result = result.map_err(|error| match error {
        WebError::Offer => NoSound::Offer,
        WebError::Gone => NoSound::Gone,
        WebError::Full => NoSound::Full,
        WebError::Address | WebError::Closed => NoSound::Down,
    });
    // A page that did not wait is gone.
    reply.send(result).ok();
}
