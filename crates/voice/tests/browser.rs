//! Browsers as callers and as phones: real ICE, DTLS and SRTP over loopback, measured by what is heard.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::time::{Duration, Instant};

use common::{Line, PATIENCE, config, prompt};
use linje_voice::testing::{WebPeer, correlation, live, rms, tone};
use linje_voice::{
    CallId, CallNews, Caller, Command, Config, End, Event, LegId, PhoneNews, WebError,
};
use tokio::sync::mpsc;

/// What a voice of the test is recognised by: RMS of a tone of amplitude 8000.
const LOUD: f64 = 2_000.0;
const SECOND: usize = 8_000;

async fn rings(line: &mut Line) -> (WebPeer, CallId, mpsc::Receiver<CallNews>) {
    let (mut peer, offer) = WebPeer::offer().unwrap();
    let (to, news) = mpsc::channel(16);
    let from = Caller {
        number: Some("+4790000001".to_owned()),
    };
    let browsers = line.voice.browsers();
    let (call, answer) = browsers.ring("55553333", from, offer, to).await.unwrap();
    peer.accept(&answer).unwrap();
    assert_eq!(line.incoming().await, call);
    line.send(Command::Answer {
        call,
        contact: "c-1".into(),
    });
    (peer, call, news)
}

/// Lives on a thread where waiting is allowed; gives the peers back, and whether `done` came true.
async fn lived(
    mut peers: Vec<WebPeer>,
    done: impl FnMut(&[WebPeer]) -> bool + Send + 'static,
) -> (Vec<WebPeer>, bool) {
    tokio::task::spawn_blocking(move || {
        let came = live(&mut peers, PATIENCE, done);
        (peers, came)
    })
    .await
    .unwrap()
}

/// Whether the last half second that a peer heard is loud and sounds like `wanted`.
fn hears(peer: &WebPeer, wanted: &[i16]) -> bool {
    let from = peer.heard.len().saturating_sub(SECOND / 2);
    peer.heard.len() >= SECOND
        && rms(&peer.heard[from..]) > LOUD
        && correlation(&peer.heard[from..], &wanted[..SECOND / 4]) > 0.9
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_calls_hears_a_prompt_presses_a_key_and_is_hung_up() {
    let mut line = Line::open(config(0)).await;
    let (peer, call, mut news) = rings(&mut line).await;
    assert_eq!(news.recv().await, Some(CallNews::Answered));
    line.play(call, 3);
    let wanted = prompt();
    let heard = wanted.clone();
    let (peers, came) = lived(vec![peer], move |peers| {
        peers[0].heard.len() > heard.len() + SECOND && correlation(&peers[0].heard, &heard) > 0.98
    })
    .await;
    assert!(
        came,
        "heard {} samples, correlation {}",
        peers[0].heard.len(),
        correlation(&peers[0].heard, &wanted)
    );
    assert_eq!(peers[0].lost(), 0);
    line.event(Event::PlayEnded { call, play: 3 }).await;
    line.voice.browsers().call_key(call, '5').await.unwrap();
    line.event(Event::Digit { call, digit: '5' }).await;
    line.send(Command::HangUp { call });
    assert_eq!(news.recv().await, Some(CallNews::Ended(End::Near)));
    line.event(Event::CallEnded {
        call,
        by: End::Near,
    })
    .await;
    line.voice.shutdown().await;
}

/// A caller and an adviser, both in browsers: heard both ways, hold, a page that is loaded again, the end.
#[tokio::test(flavor = "multi_thread")]
async fn an_adviser_answers_in_a_browser_and_goes_on_after_a_reload() {
    let mut line = Line::open(config(0)).await;
    let browsers = line.voice.browsers();
    let (to, mut news) = mpsc::channel(16);
    browsers.phone("Z100001", to).await.unwrap();
    line.event(Event::Registered {
        user: "Z100001".into(),
    })
    .await;
    let (mut caller, call, _calls) = rings(&mut line).await;
    let leg = LegId(40);
    line.send(Command::Dial {
        leg,
        call,
        user: "Z100001".into(),
        contact: "c-1".into(),
        caller_display: "Familie".into(),
    });
    line.event(Event::LegRinging { leg }).await;
    assert_eq!(
        news.recv().await,
        Some(PhoneNews::Ringing {
            leg,
            contact: "c-1".into(),
            display: "Familie".into()
        })
    );
    let (mut adviser, offer) = WebPeer::offer().unwrap();
    let stolen = browsers.join("Z100002", leg, offer.clone()).await;
    assert_eq!(stolen, Err(WebError::Gone), "a leg is its user's only");
    let answer = browsers.join("Z100001", leg, offer).await.unwrap();
    adviser.accept(&answer).unwrap();
    let (low, high) = (tone(400.0, 8_000, 8_000), tone(900.0, 8_000, 8_000));
    caller.say(&low);
    adviser.say(&high);
    let (mut peers, came) = lived(vec![caller, adviser], |peers| {
        peers.iter().all(WebPeer::is_connected)
    })
    .await;
    assert!(came, "both connect before the answer");
    peers.iter_mut().for_each(|peer| peer.heard.clear());
    let answered = Instant::now();
    line.send(Command::AnswerLeg { leg });
    line.event(Event::LegAnswered { leg }).await;
    assert_eq!(news.recv().await, Some(PhoneNews::Answered { leg }));
    line.send(Command::bridge(call, leg));
    let (l, h) = (low.clone(), high.clone());
    let (mut peers, came) = lived(peers, move |peers| {
        hears(&peers[0], &h) && hears(&peers[1], &l)
    })
    .await;
    assert!(came, "both are heard");
    println!("answer to half a second of sound: {:?}", answered.elapsed());

    line.send(Command::Hold { call });
    assert_eq!(news.recv().await, Some(PhoneNews::Held { leg, held: true }));
    peers.iter_mut().for_each(|peer| peer.heard.clear());
    let h = high.clone();
    let (mut peers, came) = lived(peers, move |peers| {
        // Music is neither the adviser's tone nor silence; the adviser hears nothing.
        peers[0].heard.len() > 3 * SECOND
            && rms(&peers[0].heard) > 100.0
            && correlation(&peers[0].heard[SECOND..], &h[..2_000]) < 0.8
            && rms(&peers[1].heard[peers[1].heard.len() - SECOND..]) < 50.0
    })
    .await;
    assert!(came, "music on hold");
    line.send(Command::Resume { call });
    assert_eq!(
        news.recv().await,
        Some(PhoneNews::Held { leg, held: false })
    );

    // The page is loaded again: a new page, the same leg.
    let old = peers.pop().unwrap();
    drop(old);
    let (to, mut news) = mpsc::channel(16);
    let reloaded = Instant::now();
    browsers.phone("Z100001", to).await.unwrap();
    assert!(matches!(
        news.recv().await,
        Some(PhoneNews::Ringing { leg: again, .. }) if again == leg
    ));
    assert_eq!(news.recv().await, Some(PhoneNews::Answered { leg }));
    let (mut adviser, offer) = WebPeer::offer().unwrap();
    let answer = browsers.join("Z100001", leg, offer).await.unwrap();
    adviser.accept(&answer).unwrap();
    adviser.say(&high);
    peers[0].heard.clear();
    peers.push(adviser);
    let (l, h) = (low.clone(), high.clone());
    let (_peers, came) = lived(peers, move |peers| {
        hears(&peers[0], &h) && hears(&peers[1], &l)
    })
    .await;
    assert!(came, "both are heard after the reload");
    println!("reload to half a second of sound: {:?}", reloaded.elapsed());

    browsers.hang_up(call).await.unwrap();
    line.event(Event::CallEnded { call, by: End::Far }).await;
    line.event(Event::LegEnded { leg }).await;
    assert_eq!(news.recv().await, Some(PhoneNews::Gone { leg }));
    browsers.no_phone("Z100001").await.unwrap();
    line.event(Event::Unregistered {
        user: "Z100001".into(),
        expired: false,
    })
    .await;
    line.voice.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_never_speaks_or_falls_silent_is_let_go() {
    let mut line = Line::open(Config {
        media_timeout: Duration::from_secs(2),
        ..config(0)
    })
    .await;
    let (peer, call, _news) = rings(&mut line).await;
    drop(peer);
    line.event(Event::CallEnded {
        call,
        by: End::MediaTimeout,
    })
    .await;
    let nonsense = line
        .voice
        .browsers()
        .ring("1", Caller::default(), "v=0".into(), mpsc::channel(1).0)
        .await;
    assert_eq!(nonsense.map(|_| ()), Err(WebError::Offer));
    assert_eq!(line.voice.stats().calls, 0);
    line.voice.shutdown().await;
}

/// Thousandths of a second that the media threads of this process have computed.
fn media_ms() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| {
            let task = task.ok()?.path();
            let name = std::fs::read_to_string(task.join("comm")).ok()?;
            if !name.starts_with("linje-media") {
                return None;
            }
            // Nanoseconds on the processor come first.
            let spent = std::fs::read_to_string(task.join("schedstat")).ok()?;
            spent.split(' ').next()?.parse::<u64>().ok()
        })
        .sum::<u64>()
        / 1_000_000
}

/// Ten browsers in five conversations; `LINJE_WEB_LEGS=100` and `LINJE_WEB_SECONDS=60` for the long run.
#[tokio::test(flavor = "multi_thread")]
async fn many_browsers_talk_and_lose_nothing() {
    let number = |name: &str, usual: usize| {
        std::env::var(name).map_or(usual, |value| value.parse().unwrap())
    };
    let legs = number("LINJE_WEB_LEGS", 10);
    let seconds = number("LINJE_WEB_SECONDS", 4);
    let mut line = Line::open(config(0)).await;
    let browsers = line.voice.browsers();
    let (to, mut news) = mpsc::channel(1_024);
    browsers.phone("Z100001", to).await.unwrap();
    let mut peers = Vec::new();
    for pair in 0..legs / 2 {
        let (caller, call, _news) = rings(&mut line).await;
        let leg = LegId(100 + u64::try_from(pair).unwrap());
        line.send(Command::Dial {
            leg,
            call,
            user: "Z100001".into(),
            contact: "c".into(),
            caller_display: String::new(),
        });
        line.event(Event::LegRinging { leg }).await;
        let (mut adviser, offer) = WebPeer::offer().unwrap();
        let answer = browsers.join("Z100001", leg, offer).await.unwrap();
        adviser.accept(&answer).unwrap();
        line.send(Command::AnswerLeg { leg });
        line.event(Event::LegAnswered { leg }).await;
        line.send(Command::bridge(call, leg));
        peers.extend([caller, adviser]);
        while news.try_recv().is_ok() {}
    }
    let tone = tone(500.0, 8_000, 8_000);
    peers.iter_mut().for_each(|peer| peer.say(&tone));
    let (peers, came) = lived(peers, |peers| peers.iter().all(|peer| peer.received > 25)).await;
    assert!(came, "everybody is connected");
    let received = |peers: &[WebPeer]| peers.iter().map(|peer| peer.received).sum::<u64>();
    let (began, before, spent) = (Instant::now(), received(&peers), media_ms());
    let (peers, _) = tokio::task::spawn_blocking(move || {
        let mut peers = peers;
        let all = live(
            &mut peers,
            Duration::from_secs(u64::try_from(seconds).unwrap()),
            |_| false,
        );
        (peers, all)
    })
    .await
    .unwrap();
    let (wall, spent) = (began.elapsed().as_millis(), media_ms() - spent);
    let lost: u64 = peers.iter().map(WebPeer::lost).sum();
    let hundredths = u128::from(spent) * 10_000 / wall / u128::try_from(peers.len()).unwrap();
    println!(
        "{} browser legs, {:.1} s: {} packets received, {lost} lost, 0.{hundredths:02} % of a core each (media {spent} ms), late ticks {}",
        peers.len(),
        f64::from(u32::try_from(wall).unwrap()) / 1_000.0,
        received(&peers) - before,
        line.voice.stats().late_ticks,
    );
    assert!(received(&peers) - before > u64::try_from(peers.len() * seconds * 25).unwrap());
    assert_eq!(lost, 0);
    line.voice.shutdown().await;
}
