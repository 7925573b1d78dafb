//! Spellings of Athena and CloudTrail Lake that sqlparser does not read, mended token by token.
//!
//! - Lake's event data stores are tables: `FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691`.
//! - `IPADDRESS '192.0.2.1'` is a call; so is `JSON '…'`.
//! - `CAST(x AS MAP(VARCHAR, JSON))`: nested types become one quoted name, which [`types`](super::types) reads.
//! - `VALUES 1, 2` has brackets; `LISTAGG(… ON OVERFLOW …)` loses its clause.
//! - `PREPARE p FROM …` is `PREPARE p AS …`; `?` is `$1`, `$2` and so on; `EXPLAIN (TYPE …)` loses its options.
//! - `CREATE TABLE … AS … WITH [NO] DATA` loses its end.

use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::tokens::{self, Reader, is_blank, is_word};

/// A statement's tokens as sqlparser reads them.
pub(super) fn mend(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    tokens.retain(|token| !is_blank(token));
    let tokens = explain(tokens);
    let tokens = prepare(tokens);
    let tokens = placeholders(tokens);
    let tokens = event_data_stores(tokens);
    let tokens = typed_literals(tokens);
    let tokens = nested_types(tokens);
    let tokens = any_values(tokens);
    let tokens = values(tokens);
    let tokens = trimmed_blanks(tokens);
    let tokens = wrappers(tokens);
    overflow(tokens)
}

/// `EXPLAIN (TYPE LOGICAL, FORMAT JSON) SELECT …` → `EXPLAIN SELECT …`.
fn explain(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut reader = Reader::new(&tokens);
    if !reader.words(&["EXPLAIN"]) {
        return tokens;
    }
    reader.words(&["ANALYZE"]);
    reader.words(&["VERBOSE"]);
    let start = reader.position();
    let is_options = match reader.bracketed() {
        Some([first, ..]) => is_word(&first.token, "TYPE") || is_word(&first.token, "FORMAT"),
        _ => false,
    };
    let end = reader.position();
    if is_options {
        tokens.drain(start..end);
    }
    tokens
}

/// `PREPARE p FROM …` → `PREPARE p AS …`; `EXECUTE p USING 1, 2` → `EXECUTE p (1, 2)`.
fn prepare(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if let [first, _, from, ..] = tokens.as_mut_slice()
        && is_word(&first.token, "PREPARE")
        && is_word(&from.token, "FROM")
    {
        *from = tokens::word("AS", from.span);
    }
    if let [first, _, using, ..] = tokens.as_mut_slice()
        && is_word(&first.token, "EXECUTE")
        && is_word(&using.token, "USING")
    {
        using.token = Token::LParen;
        let span = tokens.last().map_or(Span::empty(), |last| last.span);
        tokens.push(TokenWithSpan::new(Token::RParen, span));
    }
    tokens
}

/// `?` → `$1`, `$2` and so on.
fn placeholders(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let marks = tokens.iter_mut().filter(|token| match &token.token {
        Token::Placeholder(text) => text == "?",
        token => *token == Token::Question,
    });
    for (number, mark) in (1..).zip(marks) {
        mark.token = Token::Placeholder(format!("${number}"));
    }
    tokens
}

/// The id of an event data store, or any name with hyphens after FROM and JOIN, becomes one quoted name.
fn event_data_stores(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut mended: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // Whether the brackets that are open hold a query: `substring(x FROM a-1)` does not.
    let mut queries = vec![false];
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at].token {
            Token::LParen => queries.push(false),
            Token::RParen => drop(queries.pop()),
            token if is_word(token, "SELECT") => {
                if let Some(innermost) = queries.last_mut() {
                    *innermost = true;
                }
            }
            _ => {}
        }
        let is_table = queries.last().is_some_and(|is_query| *is_query)
            && mended.last().is_some_and(|last| is_word(&last.token, "FROM") || is_word(&last.token, "JOIN"));
        let run = joined_by_hyphens(&tokens[at..]);
        let text: String = run.iter().map(|token| token.token.to_string()).collect();
        if is_event_data_store(&text) || is_table && text.contains('-') && !text.starts_with('-') {
            mended.push(TokenWithSpan::new(tokens::name(&text.to_lowercase()), covering(run)));
            at += run.len();
            continue;
        }
        let token = tokens[at].clone();
        // A runbook's `FROM $EDS_ID`.
        mended.push(match &token.token {
            Token::Placeholder(text) if is_table => TokenWithSpan::new(tokens::name(text), token.span),
            _ => token,
        });
        at += 1;
    }
    mended
}

/// The words, numbers and hyphens at the beginning that have no blank between them.
fn joined_by_hyphens(tokens: &[TokenWithSpan]) -> &[TokenWithSpan] {
    let is_part = |token: &TokenWithSpan| match &token.token {
        Token::Word(word) => word.quote_style.is_none(),
        Token::Number(..) | Token::Minus => true,
        _ => false,
    };
    let touches = |at: usize| at == 0 || tokens[at - 1].span.end == tokens[at].span.start;
    let end = (0..tokens.len()).find(|at| !is_part(&tokens[*at]) || !touches(*at)).unwrap_or(tokens.len());
    &tokens[..end]
}

/// Whether a text is hexadecimal digits in groups of 8, 4, 4, 4 and 12; in examples some are masked as `x`.
fn is_event_data_store(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X');
    let groups = text.split('-').map(|group| group.bytes().all(is_digit).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

/// `IPADDRESS '192.0.2.1'` → `ip_address('192.0.2.1')`, and so for IPPREFIX and JSON.
fn typed_literals(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    const TYPES: &[(&str, &str)] = &[("IPADDRESS", "ip_address"), ("IPPREFIX", "ip_prefix"), ("JSON", "json_parse")];
    let mut mended: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let before = mended.last().and_then(|last| TYPES.iter().find(|(name, _)| is_word(&last.token, name)));
        match (before, &token.token, mended.last_mut()) {
            (Some((_, function)), Token::SingleQuotedString(_), Some(last)) => {
                let span = token.span;
                *last = tokens::word(function, last.span);
                mended.push(TokenWithSpan::new(Token::LParen, span));
                mended.push(token);
                mended.push(TokenWithSpan::new(Token::RParen, span));
            }
            _ => mended.push(token),
        }
    }
    mended
}

/// `AS MAP(VARCHAR, JSON)` → `AS "map(varchar, json)"`, within a cast.
fn nested_types(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    const NESTED: &[&str] = &["MAP", "ARRAY", "ROW"];
    let mut mended: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let is_type = mended.last().is_some_and(|last| is_word(&last.token, "AS"))
            && NESTED.iter().any(|nested| is_word(&tokens[at].token, nested));
        let end = if is_type { type_end(&tokens[at..]) } else { 0 };
        if end > 0 {
            let run = &tokens[at..at + end];
            let mut text = String::new();
            for token in run {
                let is_spaced = text.ends_with(|last: char| last.is_alphanumeric() || last == '"' || last == ',')
                    && matches!(token.token, Token::Word(_) | Token::Number(..));
                if is_spaced {
                    text.push(' ');
                }
                text.push_str(&token.token.to_string());
            }
            mended.push(TokenWithSpan::new(tokens::name(&text.to_lowercase()), covering(run)));
            at += end;
        } else {
            mended.push(tokens[at].clone());
            at += 1;
        }
    }
    mended
}

/// How many tokens `ARRAY(…)` or `MAP<…>` has; none where the brackets have no end or what follows ends no cast.
fn type_end(tokens: &[TokenWithSpan]) -> usize {
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        match token.token {
            Token::LParen | Token::Lt => depth += 1,
            Token::RParen | Token::Gt => depth -= 1,
            Token::ShiftRight => depth -= 2,
            _ if depth == 0 => return 0,
            _ => {}
        }
        if depth == 0 {
            let is_cast = matches!(tokens.get(at + 1).map(|token| &token.token), Some(Token::RParen));
            return if is_cast { at + 1 } else { 0 };
        }
    }
    0
}

/// `VALUES 1, 2` → `VALUES (1), (2)`.
fn values(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    const ENDS: &[&str] = &["ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "EXCEPT", "INTERSECT"];
    let mut mended = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let begins = is_word(&token.token, "VALUES")
            && tokens.peek().is_some_and(|next| {
                matches!(next.token, Token::Number(..) | Token::SingleQuotedString(_) | Token::Minus)
                    || ["NULL", "TRUE", "FALSE", "DATE", "TIMESTAMP"].iter().any(|word| is_word(&next.token, word))
            });
        let span = token.span;
        mended.push(token);
        if !begins {
            continue;
        }
        let bracket = |token, span: Span| TokenWithSpan::new(token, span);
        mended.push(bracket(Token::LParen, span));
        let mut depth = 0_u32;
        while let Some(next) = tokens.peek() {
            match &next.token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 0 => break,
                Token::RParen => depth -= 1,
                Token::Comma if depth == 0 => {
                    let span = next.span;
                    mended.push(bracket(Token::RParen, span));
                    mended.extend(tokens.next());
                    mended.push(bracket(Token::LParen, span));
                    continue;
                }
                word if depth == 0 && ENDS.iter().any(|end| is_word(word, end)) => break,
                _ => {}
            }
            mended.extend(tokens.next());
        }
        let end = mended.last().map_or(span, |last: &TokenWithSpan| last.span);
        mended.push(bracket(Token::RParen, end));
    }
    mended
}

/// `x = ANY (VALUES 1, 2)` → `x = ANY (SELECT * FROM (VALUES 1, 2))`.
fn any_values(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut mended = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_any = ["ANY", "SOME", "ALL"].iter().any(|word| is_word(&token.token, word));
        mended.push(token);
        if !is_any || tokens.peek().is_none_or(|next| next.token != Token::LParen) {
            continue;
        }
        let Some(open) = tokens.next() else { break };
        let span = open.span;
        mended.push(open);
        if tokens.peek().is_none_or(|next| !is_word(&next.token, "VALUES")) {
            continue;
        }
        let insert = |token| TokenWithSpan::new(token, span);
        mended.extend([
            tokens::word("SELECT", span),
            insert(Token::Mul),
            tokens::word("FROM", span),
            insert(Token::LParen),
        ]);
        let mut depth = 1_u32;
        for token in tokens.by_ref() {
            match token.token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                mended.push(TokenWithSpan::new(Token::RParen, token.span));
            }
            mended.push(token);
            if depth == 0 {
                break;
            }
        }
    }
    mended
}

/// `trim(LEADING FROM x)` → `trim(LEADING ' ' FROM x)`.
fn trimmed_blanks(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut mended: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        // Elsewhere these words are names.
        let is_within_trim = match mended.as_slice() {
            [.., function, bracket, side] => {
                is_word(&function.token, "trim")
                    && bracket.token == Token::LParen
                    && ["LEADING", "TRAILING", "BOTH"].iter().any(|word| is_word(&side.token, word))
            }
            _ => false,
        };
        if is_within_trim && is_word(&token.token, "FROM") {
            mended.push(TokenWithSpan::new(Token::SingleQuotedString(" ".to_owned()), token.span));
        }
        mended.push(token);
    }
    mended
}

/// `json_query(json, 'lax $.a[*]' WITH ARRAY WRAPPER)` → `json_extract(json, '$.a[*]')`, which gives an array.
fn wrappers(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut at = 0;
    while let Some(found) = tokens[at..].iter().position(|token| is_word(&token.token, "json_query")) {
        at += found + 1;
        let Some(close) = closing(&tokens[at..]).map(|close| at + close) else { continue };
        let with = (at..close).find(|with| is_word(&tokens[*with].token, "WITH"));
        let (Some(with), true) = (with, is_word(&tokens[close - 1].token, "WRAPPER")) else { continue };
        tokens.drain(with..close);
        let span = tokens[at - 1].span;
        tokens[at - 1] = tokens::word("json_extract", span);
        if let Token::SingleQuotedString(path) = &mut tokens[with - 1].token {
            *path = path.trim_start_matches("lax ").trim_start_matches("strict ").to_owned();
        }
    }
    tokens
}

/// Where the bracket that stands first is closed.
fn closing(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (at > 0).then_some(at);
        }
    }
    None
}

/// `LISTAGG(x, ',' ON OVERFLOW TRUNCATE '…' WITH COUNT)` → `LISTAGG(x, ',')`: here no text is too long.
fn overflow(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut at = 0;
    while at + 1 < tokens.len() {
        if is_word(&tokens[at].token, "ON") && is_word(&tokens[at + 1].token, "OVERFLOW") {
            let end = tokens[at..].iter().position(|token| token.token == Token::RParen).unwrap_or(0);
            tokens.drain(at..at + end);
        }
        at += 1;
    }
    tokens
}

/// Cuts off the `WITH DATA` of `CREATE TABLE t AS SELECT … WITH DATA`; `WITH NO DATA` becomes `LIMIT 0`.
pub(super) fn without_data(tokens: &mut Vec<TokenWithSpan>) {
    tokens.retain(|token| !is_blank(token));
    let is = |token: &TokenWithSpan, word| is_word(&token.token, word);
    match tokens.as_slice() {
        [.., with, data] if is(with, "WITH") && is(data, "DATA") => tokens.truncate(tokens.len() - 2),
        [.., with, no, data] if is(with, "WITH") && is(no, "NO") && is(data, "DATA") => {
            let span = with.span;
            tokens.truncate(tokens.len() - 3);
            tokens.push(tokens::word("LIMIT", span));
            tokens.push(TokenWithSpan::new(Token::Number("0".to_owned(), false), span));
        }
        _ => {}
    }
}

/// From the first token's start to the last one's end.
fn covering(tokens: &[TokenWithSpan]) -> Span {
    match tokens {
        [first, .., last] => Span::new(first.span.start, last.span.end),
        [only] => only.span,
        [] => Span::empty(),
    }
}
