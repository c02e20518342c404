//! The whole screen, from keys to cells.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;

use super::colour::Colours;
use super::screen::{NOTICE, Screen};
use super::snapshot::Change;
use crate::listen::board::{Board, Command, Line, Link, Voice};
use crate::output::report::Certainty;

fn line(name: &str, sentence: bool, remarkable: bool) -> Line {
    Line {
        name: name.into(),
        answer: if sentence { "97th" } else { "yes" }.into(),
        share: Some(0.75),
        certainty: Some(Certainty::Answered),
        remarkable,
        sentence,
        history: [Some(0.2), None, Some(0.8)].into(),
    }
}

fn board() -> Board {
    let columns = (0..40u8).map(|x| (0..8).map(|y| x.wrapping_mul(6) ^ (y * 31)).collect());
    Board {
        bundle: "slap-voice".into(),
        source: "USB".into(),
        link: Link::Live,
        seconds: 7.0,
        level_dbfs: Some(-30.0),
        peak_dbfs: Some(-15.0),
        grade: Some(("good", Vec::new())),
        voice: Voice::Speech,
        lines: vec![
            line("a calm man", true, false),
            line("Rough", false, true),
            line("Age", false, false),
        ],
        columns: columns.collect(),
        column_count: 40,
        ..Board::default()
    }
}

/// What a terminal of this size shows, and where its cursor is.
fn shown(screen: &mut Screen, width: u16, height: u16) -> (Vec<String>, Option<Position>) {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut cursor = None;
    terminal
        .draw(|frame| {
            cursor = screen.draw(frame.buffer_mut());
        })
        .unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    ((0..height).map(|y| row(y).trim_end().to_owned()).collect(), cursor)
}

fn press(screen: &mut Screen, code: KeyCode) -> Option<Command> {
    screen.handle(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn write(screen: &mut Screen, text: &str) {
    for character in text.chars() {
        assert_eq!(press(screen, KeyCode::Char(character)), None);
    }
}

#[test]
fn a_small_screen_shows_what_matters() {
    let mut screen = Screen::new(Colours::None);
    screen.refresh(&board(), Duration::ZERO);
    assert_eq!(
        shown(&mut screen, 20, 5).0,
        [
            "slap-…  ● live  0:07",
            " −30 dBFS ● voice",
            "  “a calm…” 97th",
            "● Rough     yes",
            " q quit   ? help",
        ]
    );
    assert_eq!(shown(&mut screen, 1, 1).0, ["●"]);
}

#[test]
fn a_screen_of_ten_rows_has_a_spectrogram() {
    let mut screen = Screen::new(Colours::None);
    screen.refresh(&board(), Duration::ZERO);
    let rows = shown(&mut screen, 40, 10).0;
    let without_picture = [&rows[..1], &rows[4..]].concat();
    assert_eq!(
        without_picture,
        [
            "slap-voice  USB             ● live  0:07",
            "━━━━━━━━━····┃····  −30 dBFS  ● voice",
            "─ 1 sentence · 1 of 2 tasks ────────────",
            "  “a calm man”          ━━━━· 97th",
            "● Rough                 ━━━━· yes",
            "",
            " q quit   ? help   / add a sentence",
        ]
    );
}

#[test]
fn a_lost_microphone_takes_the_place_of_the_picture() {
    let mut screen = Screen::new(Colours::None);
    let mut board = board();
    board.link = Link::Lost("unplugged\x1b[2J".into());
    screen.refresh(&board, Duration::ZERO);
    let text = shown(&mut screen, 60, 12).0.join("\n");
    assert!(text.contains("✗ lost") && text.contains("The microphone is lost"), "{text}");
    assert!(text.contains("unplugged\u{fffd}[2J") && !text.contains('█'), "{text}");
    let small = shown(&mut screen, 30, 5).0.join("\n");
    assert!(small.contains("✗ lost") && small.contains("unplugged"), "{small}");
}

#[test]
fn a_sentence_is_typed_and_added() {
    let mut screen = Screen::new(Colours::None);
    screen.refresh(&board(), Duration::ZERO);
    assert_eq!(press(&mut screen, KeyCode::Char('/')), None);
    write(&mut screen, "quiet 声");
    screen.handle(&Event::Paste("x\n".into()));
    let (rows, cursor) = shown(&mut screen, 80, 24);
    assert!(rows[23].starts_with(" New sentence: quiet 声 x"), "{rows:?}");
    assert_eq!(cursor, Some(Position::new(25, 23)));
    press(&mut screen, KeyCode::Left);
    press(&mut screen, KeyCode::Backspace);
    let added = press(&mut screen, KeyCode::Enter);
    assert_eq!(added, Some(Command::AddPrompt("quiet 声".into())));
    assert_eq!(press(&mut screen, KeyCode::Char('q')), Some(Command::Quit));
}

#[test]
fn a_sentence_is_forgotten_and_an_empty_one_is_none() {
    let mut screen = Screen::new(Colours::None);
    press(&mut screen, KeyCode::Char('a'));
    write(&mut screen, "q ");
    assert_eq!(press(&mut screen, KeyCode::Esc), None);
    press(&mut screen, KeyCode::Char('a'));
    write(&mut screen, "  ");
    assert_eq!(press(&mut screen, KeyCode::Enter), None);
    assert_eq!(press(&mut screen, KeyCode::Char(' ')), Some(Command::Pause(true)));
}

#[test]
fn keys_ask_for_the_opposite_of_what_is() {
    let mut screen = Screen::new(Colours::None);
    let board = Board { paused: true, ..board() };
    screen.refresh(&board, Duration::ZERO);
    assert_eq!(press(&mut screen, KeyCode::Char('p')), Some(Command::Pause(false)));
    assert_eq!(press(&mut screen, KeyCode::Char('m')), Some(Command::Mute(true)));
    assert!(!shown(&mut screen, 80, 24).0.join("").contains("Age"));
    press(&mut screen, KeyCode::Char('t'));
    assert!(shown(&mut screen, 80, 24).0.join("").contains("Age"));
    press(&mut screen, KeyCode::Char('?'));
    assert!(shown(&mut screen, 80, 24).0.join("").contains("show or hide these words"));
}

#[test]
fn a_notice_gives_way_to_the_keys() {
    let mut screen = Screen::new(Colours::None);
    let board = Board { notice: Some("reopened".into()), ..board() };
    assert_eq!(screen.refresh(&board, NOTICE), Change::News);
    assert_eq!(shown(&mut screen, 80, 24).0[23], " reopened");
    assert_eq!(screen.refresh(&board, NOTICE * 2), Change::News, "the keys come back");
    assert!(shown(&mut screen, 80, 24).0[23].contains("q quit"));
    assert_eq!(screen.refresh(&board, NOTICE * 3), Change::None);
}

#[test]
fn no_size_and_no_text_is_too_much() {
    let texts = ["", "a", "声の質について話す", "e\u{301}\u{200d}👩‍👩‍👧\u{202e}", "\x1b[31m\n\t\0"];
    let long = "word ".repeat(80);
    let texts: Vec<&str> = texts.into_iter().chain([long.as_str()]).collect();
    for (turn, size) in
        (0..=60u16).flat_map(|h| (0..=200u16).step_by(5).map(move |w| (w, h))).enumerate()
    {
        // Every width comes with some height, and every text with some size.
        let (width, height) = (size.0.saturating_sub((turn % 5) as u16), size.1);
        let pick = |salt: usize| texts[(turn / (salt + 1) + salt) % texts.len()].to_owned();
        let mut board = board();
        (board.bundle, board.source) = (pick(0), pick(1));
        board.link = match turn % 5 {
            0 => Link::Opening,
            1 => Link::Lost(pick(2)),
            _ => Link::Live,
        };
        board.grade = Some(("poor", vec![pick(3), pick(4)]));
        board.notice = (turn % 2 == 0).then(|| pick(5));
        (board.lost_frames, board.reconnects) = (u64::MAX, u64::MAX);
        board.seconds = [f64::NAN, f64::INFINITY, -1.0, 1e12][turn % 4];
        board.level_dbfs = Some([f32::NAN, f32::NEG_INFINITY, 20.0][turn % 3]);
        board.peak_dbfs = Some([f32::INFINITY, -300.0, 3.0][turn % 3]);
        (board.latency_ms, board.real_time_factor) = (Some(f32::MAX), Some(f32::NAN));
        board.column_seconds = [0.0, 0.08, f32::NAN, 1e-9, 1e9][turn % 5];
        board.band_hz = [vec![], vec![f32::NAN; 8], vec![0.0, 8000.0]][turn % 3].clone();
        if let Some(last) = board.columns.back_mut() {
            *last = vec![200; turn % 9].into();
        }
        for index in 0..turn % 70 {
            let share = [None, Some(f32::NAN), Some(-3.0), Some(9.0)][index % 4];
            let certainty = [
                None,
                Some(Certainty::Unsure),
                Some(Certainty::Abstained),
                Some(Certainty::NotApplicable),
            ][index % 4];
            let name = pick(index % 7);
            let line = line(&name, index % 3 == 0, index % 2 == 0);
            let history = [share; 64].into();
            board.lines.push(Line { share, certainty, history, ..line });
        }
        let colours = [Colours::None, Colours::Sixteen, Colours::Many, Colours::True];
        let mut screen = Screen::new(colours[turn % 4]);
        screen.refresh(&board, Duration::ZERO);
        let keys = [KeyCode::Char('t'), KeyCode::End, KeyCode::Char('?'), KeyCode::Char('/')];
        shown(&mut screen, width, height);
        for key in &keys[..turn % 5] {
            press(&mut screen, *key);
        }
        screen.handle(&Event::Paste(pick(6)));
        if turn % 2 == 0 {
            press(&mut screen, KeyCode::Esc);
        }
        let (rows, cursor) = shown(&mut screen, width, height);
        assert!(cursor.is_none_or(|it| it.x < width && it.y < height), "{size:?} {cursor:?}");
        let clean = |it: &String| !it.chars().any(char::is_control);
        assert!(rows.iter().all(clean), "{size:?} {rows:?}");
    }
}
