//! Everything the score can count for or against a secret, by name. The words that people read
//! stand beside each name, so that no weight can decide without a sentence that says so.

/// Declares [`Feature`] and what is said of each.
macro_rules! features {
    ($($(#[$doc:meta])* $name:ident = $words:literal,)+) => {
        /// Something that can be seen of a candidate.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Feature {
            $($(#[$doc])* $name,)+
        }

        impl Feature {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name that the table of weights uses.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// What is said of a candidate that has it; empty if it has no meaning by itself.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

features! {
    /// The name promises a password; otherwise a key.
    Password = "its name promises a password",
    /// The name speaks of a token.
    TokenName = "its name speaks of a token",
    /// The name speaks of a secret.
    SecretName = "its name speaks of a secret",
    /// The name speaks of credentials in general.
    CredentialName = "its name speaks of credentials at large",
    /// The name is one word.
    PlainName = "its name is one word",
    /// Words of the name beyond the second, up to four.
    LongName = "its name is long",
    /// A string literal.
    Quoted = "it is a string literal",
    /// The next argument after the name.
    Argument = "it is an argument behind its name",
    /// Bare, as shells and markup assign.
    Assigned = "it is assigned as shells and markup do",
    /// Bare, as configuration and some code assign.
    Loose = "it may be a setting or code",
    /// Bare where code would have quotes.
    Code = "it stands where code has no quotes",
    /// Name and value are joined by `=>`.
    Arrow = "its name points to it",
    /// Both are quoted and joined by a colon.
    Json = "it is a field of a document",
    /// A type stands between name and value.
    Typed = "its name has a type",
    /// Log-odds of a hand for a password, over 25 bits.
    PasswordWritten = "it reads like words",
    /// Log-odds of a draw for a key, over 25 bits.
    KeyDrawn = "it looks drawn at random",
    /// Log-odds of a hand for a key, over 25 bits.
    KeyWritten = "it reads like words",
    /// Fewer than 6 bytes.
    Under6 = "it is too short for a secret that is worth its name",
    /// Fewer than 8 bytes.
    Under8 = "it is short",
    /// A key of fewer than 12 bytes.
    ShortKey = "it is too short for a key",
    /// A key of 24 bytes or more.
    LongKey = "it is as long as keys are",
    /// Letters with digits or symbols among them, as people make passwords up.
    MadeUp = "it looks made up by a person",
    /// Hyphens, underscores or dots join its parts.
    Joined = "its parts are joined as in a name",
    /// Digits alone.
    Number = "it is a number",
    /// Assigned as shells do, to a name of the environment.
    EnvironmentVariable = "it is set as a variable of the environment",
    /// Hexadecimal of a digest's length.
    Digest = "it has the length of a digest",
    /// Padding of base64.
    Padded = "it is padded as base64 is",
    /// Words of letters joined by case, `_`, `-` or `.`.
    Identifier = "it is written like an identifier",
    /// Share of bytes that code and markup use: brackets, `$`, `;`.
    CodeMarks = "it has marks of code",
    /// Share of the letters that words of placeholders and samples cover.
    StockShare = "words of placeholders make up part of it",
    /// It says no more than its name.
    Echo = "the value repeats its name",
    /// Words of examples near, up to four, over 4.
    Sample = "words of examples stand near it",
    /// Names of users, hosts and databases near, up to four, over 4.
    Account = "what belongs to an account stands near it",
    /// The value stands near once more.
    Recurs = "it stands near once more",
    /// Marks of documentation near: fences, directives, tags for code.
    Markup = "marks of documentation stand near it",
    /// Words of tests near, up to four, over 4.
    Testing = "words of tests stand near it",
    /// Hexadecimal values of other names on other lines near, beyond two and up to four, over 2.
    Vectors = "other names near it have values in hexadecimal",
    /// Its line is a comment.
    Comment = "it stands in a comment",
    /// Words of programming languages near, up to four, over 4.
    Keywords = "words of a program stand near it",
    /// Share of bytes around that are no text, over a twentieth.
    Binary = "bytes that are no text stand around it",
}
