//! The `--help` text, written from the table of switches. No line is longer than 80 columns.

use super::options::{Group, SWITCHES, Switch};
use alloc::format;
use alloc::string::String;

/// Columns of a terminal.
const WIDTH: usize = 80;
/// Where the explanations start, counted from 0.
const COLUMN: usize = 29;

const USAGE: &str = "\
Usage: ld-luci.so [OPTION]... PROGRAM [--] [ARGUMENT]...
Runs a dynamically linked program, and can replace its libraries while it runs.
As the interpreter of a program (PT_INTERP) it takes the same settings from the
environment variables in parentheses and from its configuration file. What the
command line says counts more than the environment, that more than the file.
A long option takes its value as the next argument or after '='. An option
without a value is off by default, on when it is given, and off with '=no'.
";

/// The parts of the text in order.
const GROUPS: [(Group, &str); 3] = [
    (Group::Setting, "Settings; the long name is also the key in the configuration file:"),
    (Group::Start, "For one start; not in the configuration file:"),
    (Group::Answer, "Answers, for which no program runs; not in the configuration file:"),
];

/// The text that `--help` prints to standard output.
pub fn help() -> String {
    let mut text = String::from(USAGE);
    for (group, heading) in GROUPS {
        text.push_str(&format!("\n{heading}\n"));
        SWITCHES.iter().filter(|switch| switch.group == group).for_each(|switch| describe(switch, &mut text));
    }
    text
}

fn describe(switch: &Switch, text: &mut String) {
    let names = names(switch);
    text.push_str(&names);
    let mut column = names.len();
    if column >= COLUMN {
        text.push('\n');
        column = 0;
    }
    wrap(text, &explanation(switch), column);
}

fn names(switch: &Switch) -> String {
    let short = switch.short.map_or_else(|| String::from("    "), |letter| format!("-{}, ", letter as char));
    format!("  {short}--{}{}", switch.long, switch.argument.map_or_else(String::new, |argument| format!(" {argument}")))
}

/// The help text with the variable and the default, where there are any.
fn explanation(switch: &Switch) -> String {
    let variable = switch.variable.unwrap_or("");
    let default = if switch.argument.is_some() { switch.default } else { "" };
    match (variable, default) {
        ("", "") => String::from(switch.help),
        (variable, "") => format!("{} ({variable})", switch.help),
        ("", default) => format!("{} (default: {default})", switch.help),
        (variable, default) => format!("{} ({variable}, default: {default})", switch.help),
    }
}

/// Appends words from `column` on in lines that start at [`COLUMN`].
fn wrap(text: &mut String, words: &str, mut column: usize) {
    for word in words.split(' ') {
        if column > COLUMN && column + 1 + word.len() > WIDTH {
            text.push('\n');
            column = 0;
        }
        let blanks = if column > COLUMN { 1 } else { COLUMN - column };
        text.extend(core::iter::repeat_n(' ', blanks));
        text.push_str(word);
        column += blanks + word.len();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_fits_a_terminal_and_names_every_switch() {
        let text = help();
        for line in text.lines() {
            assert!(line.len() <= WIDTH && line.trim_end() == line, "{line}");
        }
        for switch in SWITCHES {
            let option = format!("--{}", switch.long);
            let starts = |line: &&str| line[6.min(line.len())..].split(' ').next() == Some(&option);
            assert_eq!(text.lines().filter(starts).count(), 1, "{option}");
            let variable = switch.variable.unwrap_or("Usage");
            assert_eq!(text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| *word == variable).count(), 1);
            let default = format!("default: {})", switch.default).replace(' ', "");
            let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            assert!(switch.argument.is_none() || switch.default.is_empty() || packed.contains(&default), "{option}");
        }
    }

    /// The sample file as the table says it: each key commented out at its default, below its explanation.
    fn sample() -> String {
        let mut text = String::from(SAMPLE_HEADER);
        for switch in SWITCHES.iter().filter(|switch| switch.group == Group::Setting) {
            let mut line = String::from("\n#");
            for word in explanation(switch).split(' ') {
                if line.len() + word.len() > WIDTH {
                    text.push_str(&line);
                    line = String::from("\n#");
                }
                line.push(' ');
                line.push_str(word);
            }
            let value = if switch.default.is_empty() { String::new() } else { format!(" {}", switch.default) };
            text.push_str(&format!("{line}\n#{} ={value}\n", switch.long));
        }
        text
    }

    const SAMPLE_HEADER: &str = "\
# Settings of ld-luci.so. Command line and environment win over this file.
#
# One 'key = value' per line. A '#' at the start of a line or after a blank
# starts a comment. A value between double quotes keeps its blanks and '#'; a
# double quote cannot be written inside. Every setting below shows its default.
";

    #[test]
    fn the_sample_file_is_in_step_with_the_table() {
        if include_str!("../../ld-luci.conf") != sample() {
            let path = std::env::temp_dir().join("ld-luci.conf");
            std::fs::write(&path, sample()).unwrap();
            panic!("ld-luci.conf is not what the table says; the right content is now in {}", path.display());
        }
    }

    #[test]
    fn the_sample_file_can_be_read() {
        let sample = sample();
        let used = sample.lines().skip(5).map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => setting,
            _ => line,
        });
        let used = used.filter(|line| !line.ends_with('=')).collect::<alloc::vec::Vec<_>>().join("\n");
        let config = super::super::Config::read(None, core::iter::empty(), false, |_| Ok(used.as_bytes())).unwrap();
        assert_eq!(config, super::super::Config::default(), "a default in the table differs from the one in Config");
        assert!(used.lines().filter(|line| line.contains(" = ")).count() > 8);
    }
}
