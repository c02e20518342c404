//! What each key asks for.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::list::Scroll;

/// What a key asks for where nothing is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// End.
    Quit,
    /// Rest or go on.
    Pause,
    /// Hear silence or the microphone.
    Mute,
    /// Begin to type a sentence.
    Type,
    /// Show all, or what is worth a look.
    All,
    /// Explain the keys, or stop that.
    Help,
    /// Close what lies over the rest.
    Close,
    /// Move the list.
    Move(Scroll),
}

/// What a key does to the line that is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Type a character.
    Insert(char),
    /// Remove what is before the cursor.
    Backspace,
    /// Remove what is at the cursor.
    Delete,
    /// Remove the word before the cursor.
    DeleteWord,
    /// Remove everything before the cursor.
    DeleteToStart,
    /// Move the cursor.
    Step(isize),
    /// Add the sentence.
    Enter,
    /// Forget it.
    Cancel,
    /// End the program.
    Quit,
}

/// What `key` asks for where nothing is typed.
pub fn action(key: KeyEvent) -> Option<Action> {
    if is_interrupt(key) {
        return Some(Action::Quit);
    }
    if key.kind == KeyEventKind::Release || has_command(key) {
        return None;
    }
    Some(match key.code {
        KeyCode::Char('q' | 'Q') => Action::Quit,
        KeyCode::Char(' ' | 'p') => Action::Pause,
        KeyCode::Char('m') => Action::Mute,
        KeyCode::Char('/' | 'a') => Action::Type,
        KeyCode::Char('t') => Action::All,
        KeyCode::Char('?' | 'h') | KeyCode::F(1) => Action::Help,
        KeyCode::Esc => Action::Close,
        KeyCode::Up | KeyCode::Char('k') => Action::Move(Scroll::Up),
        KeyCode::Down | KeyCode::Char('j') => Action::Move(Scroll::Down),
        KeyCode::PageUp => Action::Move(Scroll::PageUp),
        KeyCode::PageDown => Action::Move(Scroll::PageDown),
        KeyCode::Home => Action::Move(Scroll::Home),
        KeyCode::End => Action::Move(Scroll::End),
        _ => return None,
    })
}

/// What `key` does to the line that is typed.
pub fn edit(key: KeyEvent) -> Option<Edit> {
    if is_interrupt(key) {
        return Some(Edit::Quit);
    }
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if has_command(key) {
        return match key.code {
            KeyCode::Char('w') | KeyCode::Backspace => Some(Edit::DeleteWord),
            KeyCode::Char('u') => Some(Edit::DeleteToStart),
            KeyCode::Char('a') => Some(Edit::Step(isize::MIN)),
            KeyCode::Char('e') => Some(Edit::Step(isize::MAX)),
            // Some terminals send this for the key that others call Backspace.
            KeyCode::Char('h') => Some(Edit::Backspace),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Char(character) => Edit::Insert(character),
        KeyCode::Backspace => Edit::Backspace,
        KeyCode::Delete => Edit::Delete,
        KeyCode::Left => Edit::Step(-1),
        KeyCode::Right => Edit::Step(1),
        KeyCode::Home => Edit::Step(isize::MIN),
        KeyCode::End => Edit::Step(isize::MAX),
        KeyCode::Enter => Edit::Enter,
        KeyCode::Esc => Edit::Cancel,
        _ => return None,
    })
}

/// Ctrl-C: no signal is sent while the terminal hands over every key.
fn is_interrupt(key: KeyEvent) -> bool {
    key.kind != KeyEventKind::Release
        && key.modifiers.contains(KeyModifiers::CONTROL)
        && matches!(key.code, KeyCode::Char('c' | 'C'))
}

/// Whether a key is held that makes a command of a letter. Both together are `AltGr`,
/// with which letters are typed.
fn has_command(key: KeyEvent) -> bool {
    let is = |modifier| key.modifiers.contains(modifier);
    is(KeyModifiers::CONTROL) != is(KeyModifiers::ALT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn control_c_ends_everything() {
        let interrupt = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(action(interrupt), Some(Action::Quit));
        assert_eq!(edit(interrupt), Some(Edit::Quit));
        let c = key(KeyCode::Char('c'), KeyModifiers::NONE);
        assert_eq!((action(c), edit(c)), (None, Some(Edit::Insert('c'))));
    }

    #[test]
    fn letting_go_of_a_key_does_nothing() {
        let mut q = key(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(action(q), Some(Action::Quit));
        q.kind = KeyEventKind::Release;
        assert_eq!((action(q), edit(q)), (None, None));
    }

    #[test]
    fn commands_are_told_from_letters() {
        let held = |code, modifiers| edit(key(KeyCode::Char(code), modifiers));
        assert_eq!(held('w', KeyModifiers::CONTROL), Some(Edit::DeleteWord));
        assert_eq!(held('x', KeyModifiers::CONTROL), None);
        let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
        assert_eq!(held('@', alt_gr), Some(Edit::Insert('@')));
        assert_eq!(action(key(KeyCode::Char('m'), KeyModifiers::ALT)), None);
    }
}
