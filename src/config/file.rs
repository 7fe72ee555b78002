//! The grammar of `ld-luci.conf`, without the meaning of the keys (that is [`super::options`]).
//!
//! One `key = value` per line. Blanks around key and value do not count. A `#` at the start of a line or after a blank starts
//! a comment. A value between double quotes keeps its blanks and `#`; every byte between the quotes stands for itself, so
//! that a quoted value cannot contain a double quote. An empty value leaves the default. Switches that are on or off take `yes` or `no`.

/// One line that is neither empty nor a comment.
pub struct Setting<'a> {
    /// The line's number, from 1.
    pub line: usize,
    /// Key and value, or what is wrong with the line.
    pub value: Result<(&'a [u8], &'a [u8]), &'static str>,
}

/// All settings of a file in order.
pub fn settings(file: &[u8]) -> impl Iterator<Item = Setting<'_>> {
    let lines = file.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).enumerate();
    let used = lines.filter(|(_, line)| !line.is_empty() && line[0] != b'#');
    used.map(|(index, line)| Setting { line: index + 1, value: setting(line) })
}

fn setting(line: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let equals = line.iter().position(|&byte| byte == b'=').ok_or("this is not 'key = value'")?;
    let key = line[..equals].trim_ascii_end();
    if key.is_empty() {
        return Err("there is no key before '='");
    }
    let value = line[equals + 1..].trim_ascii_start();
    let Some(quoted) = value.strip_prefix(b"\"") else {
        return Ok((key, without_comment(value)));
    };
    let end = quoted.iter().position(|&byte| byte == b'"').ok_or("the closing quote is missing")?;
    match quoted[end + 1..].trim_ascii_start() {
        [] | [b'#', ..] => Ok((key, &quoted[..end])),
        _ => Err("there is text after the closing quote"),
    }
}

fn without_comment(value: &[u8]) -> &[u8] {
    let starts_comment = |at: &usize| value[*at] == b'#' && (*at == 0 || value[*at - 1].is_ascii_whitespace());
    let end = (0..value.len()).find(starts_comment).unwrap_or(value.len());
    value[..end].trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
        settings(line).next().unwrap().value
    }

    #[test]
    fn blanks_and_comments_do_not_count() {
        assert_eq!(one(b"  key\t=  a value # why\r"), Ok((&b"key"[..], &b"a value"[..])));
        assert_eq!(one(b"key=a#b=c"), Ok((&b"key"[..], &b"a#b=c"[..])));
        assert_eq!(one(b"key = # nothing"), Ok((&b"key"[..], &b""[..])));
        assert_eq!(settings(b"\n# key = value\n   \n").count(), 0);
    }

    #[test]
    fn quotes_keep_what_is_between_them() {
        assert_eq!(one(b"key = \" a # b\\ \"  # why"), Ok((&b"key"[..], &b" a # b\\ "[..])));
        assert_eq!(one(b"key = \"\""), Ok((&b"key"[..], &b""[..])));
        assert_eq!(one(b"key = \"a"), Err("the closing quote is missing"));
        assert_eq!(one(b"key = \"a\"b"), Err("there is text after the closing quote"));
    }

    #[test]
    fn lines_without_key_or_value_are_told() {
        assert!(one(b"key").is_err() && one(b"= value").is_err());
        assert_eq!(settings(b"\n\nkey").next().unwrap().line, 3);
    }
}
