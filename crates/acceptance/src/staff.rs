//! Advisers at a desk, as the page `/desk` is one: a session, its stream, and what they press.

use std::io::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::http::{Client, Reply};

/// How long to wait for the next view before looking whether to go on.
const LOOK: Duration = Duration::from_millis(300);

/// How somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything and ends it at once.
    Diligent,
    /// Takes, declines, lets ring, holds and ends as the dice fall.
    Whimsical,
}

/// An adviser who sits at a desk.
#[derive(Debug)]
pub struct Desk {
    client: Client,
    adviser: String,
    session: String,
}

impl Desk {
    /// Sits down as `adviser` and does `activity`.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn sit(client: Client, adviser: &str, activity: &str, dice: &mut Dice) -> Result<Desk> {
        let reply = client.try_post(
            "/api/v1/desk/sessions",
            &dice.key(),
            &json!({"adviser": adviser}),
        )?;
        let session = reply.expect(201)["session"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let desk = Desk {
            client,
            adviser: adviser.to_owned(),
            session,
        };
        desk.choose(activity)?;
        Ok(desk)
    }

    /// Chooses an activity.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn choose(&self, activity: &str) -> Result<Reply> {
        let path = format!("/api/v1/advisers/{}/activity", self.adviser);
        let body = json!({"activity": activity});
        self.client.send("PUT", &path, &[], Some(&body))
    }

    /// The path of this session.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/api/v1/desk/sessions/{}", self.session)
    }

    /// Works until `stop`, or until the server is gone. Gives the number of contacts ended.
    ///
    /// # Errors
    /// When the server went away.
    pub fn work(
        &self,
        activity: &str,
        manner: Manner,
        dice: &mut Dice,
        stop: &AtomicBool,
    ) -> Result<u32> {
        let mut views = self.client.try_events(&format!("{}/live", self.path()))?;
        let mut ended = 0;
        while !stop.load(Ordering::Relaxed) {
            if views.is_over() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(event) = views.next(LOOK) {
                ended += self.act(&event.data, activity, manner, dice)?;
            }
        }
        Ok(ended)
    }

    /// Does what there is to do. A refusal is no fault here: the view may be older than the truth.
    fn act(&self, view: &Value, activity: &str, manner: Manner, dice: &mut Dice) -> Result<u32> {
        let is_whimsical = manner == Manner::Whimsical;
        let mut ended = 0;
        if let Some(offer) = view["offer"]["id"].as_str() {
            let answer = match dice.below(10) {
                0 if is_whimsical => "decline",
                1 if is_whimsical => return Ok(0),
                _ => "accept",
            };
            self.press(&format!("/api/v1/offers/{offer}/{answer}"), json!({}), dice)?;
        }
        for contact in view["contacts"].as_array().into_iter().flatten() {
            let id = contact["id"].as_str().unwrap_or_default();
            let path = format!("/api/v1/contacts/{id}");
            match contact["state"].as_str().unwrap_or_default() {
                "active" if is_whimsical && dice.below(3) == 0 => {
                    self.press(&format!("{path}/hold"), json!({}), dice)?;
                }
                "active" => {
                    let reply = self.press(&format!("{path}/end"), json!({}), dice)?;
                    ended += u32::from(reply.status == 200);
                }
                "held" => {
                    self.press(&format!("{path}/resume"), json!({}), dice)?;
                }
                "wrap_up" => {
                    let path = format!("/api/v1/advisers/{}/wrap-up", self.adviser);
                    self.press(&path, json!({"done": true}), dice)?;
                }
                _ => {}
            }
        }
        if view["adviser"]["state"] == "not_ready" {
            self.choose(activity)?;
        }
        Ok(ended)
    }

    fn press(&self, path: &str, body: Value, dice: &mut Dice) -> Result<Reply> {
        let reply = self.client.try_post(path, &dice.key(), &body)?;
        assert!(
            reply.status < 500,
            "{path}: {} {}",
            reply.status,
            reply.text()
        );
        Ok(reply)
    }
}
