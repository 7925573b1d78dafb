//! Keys and signatures that OpenSSL made, for tests.

/// What was signed.
pub(super) const MESSAGE: &str = "2024-03-10T00:33:11Z\ntrail-archive/AWSLogs/x.json.gz\n00\nnull";

/// 2048 bits, exponent 65537, PKCS#1.
pub(super) const KEY: &str = "\
    MIIBCgKCAQEAvvAnTBagairn0OIAIMdlw3oXoYBBF50zmursuPLkrvbDaQn4qQ60N0KX0SShCoEaFNKyMEp/fwqCGP4ZPQ9tYelIqX3z1ZoJ\
    sztWgc6e2W991M8tSMi2s6nnPX7GnQyXBcHutj5viAparwHm2j1zNwAQg/MthaiEBMZmnsMEqQk6fuGLVlYWIvM4KQf/pvkyRJy8VrHSmGLJ\
    J25IHpVaTa7HJsWeYxcOjnHjxEDkq7fnCh/SeT/R7vAi/DLAgBgwI6XqwkwWrfwzWqXocHnsitT0AGspRqriyjrSoEYxd63BLUAI4fs8xyBq\
    TMTrCbCWX/EeN+jRkjSe7LPVbq37DwIDAQAB";

/// [`KEY`] as SubjectPublicKeyInfo.
pub(super) const KEY_SPKI: &str = "\
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvvAnTBagairn0OIAIMdlw3oXoYBBF50zmursuPLkrvbDaQn4qQ60N0KX0SShCoEa\
    FNKyMEp/fwqCGP4ZPQ9tYelIqX3z1ZoJsztWgc6e2W991M8tSMi2s6nnPX7GnQyXBcHutj5viAparwHm2j1zNwAQg/MthaiEBMZmnsMEqQk6\
    fuGLVlYWIvM4KQf/pvkyRJy8VrHSmGLJJ25IHpVaTa7HJsWeYxcOjnHjxEDkq7fnCh/SeT/R7vAi/DLAgBgwI6XqwkwWrfwzWqXocHnsitT0\
    AGspRqriyjrSoEYxd63BLUAI4fs8xyBqTMTrCbCWX/EeN+jRkjSe7LPVbq37DwIDAQAB";

/// 1024 bits.
pub(super) const SHORT_KEY: &str = "\
    MIGJAoGBAK+bbu6AN3f+U/Tp4fpPuQKGkvF6wa4z4uAhOr8EEazUy0pf7ejBrNhscgwGsVuB3o6JXrN4WpCcFARygu7X/gaZHl0zUu05bb2V\
    CqD3wc5szg13Cbb0OVpGUatqMbmi2vZRDzD3jn5JGU03ZS3v34SPaJWRX3c+Mdf7LokobukvAgMBAAE=";

/// A key on the curve P-256, as SubjectPublicKeyInfo.
pub(super) const CURVE_KEY: &str = "\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpEKS5gRIkjdfOa9qR/eIyWf+bQQZR+SRrqiBYFlkA6Q3pqLegssZ5hmPtBY0D2t4ujXIqqKk\
    XIRrZFbcOVhCAQ==";

/// 2048 bits, exponent 3, PKCS#1.
pub(super) const KEY_OF_THREE: &str = "\
    MIIBCAKCAQEA1/TjUNdVo+6wQ3ruZkPRI9NLmPMsW7ckteFrTf98LnExR5Bx/zNqHNfL2JfKbNfVjfoJPeSoT27ep4SoJ3e324ClMgclJuUT\
    TrMfZORIeyTeIi6cyJ1JX7k+bjPkCLcFREWdKBn/QFhKs3u9iVZ1bu5gfAARiVpeevc4LFhmAZCk1mwEWHtgGWqTTPUf02/lyyYu6nYB5jTB\
    FAx8vj5zlF1zo2+TfHoTgr1k4ShAx0ga/hb3w6oarcwJHCW8ZpYbcr/k6LelB0dpeuRzEqkNxWh1MIr5sczxtOMqaiZSH1zK+BjmF38fYwr3\
    duFtloghId5/z0Zi6H42wFA6YgrkfQIBAw==";

/// PKCS#1 v1.5 with SHA-256, of [`KEY`].
pub(super) const SIGNATURE: &str = "\
    h6Hkd5DIbz4XlF3taAhWhDZu2xLrDIMaR6j6j9k26Re88I1b0y8gx8d3VH4xR0EuaNqTKtFRPDDlzZ3mO45Y6JiwxlOB/5TljkDn5yUwsB2v\
    xPnBThxJ1s8zRMZaFJn3p9nKCDqdaiSXBOxD0rWJq/Xlvcm2qzgGLlgjEtNSB1ChpuQoqdKk7Rh+YUVmK1mQf7/i05PYs8yW0gT9on/db+iE\
    wrO9gb+Sl+isCN1/FlVQHfyX085FrQtgtsJgiILCo6xW8iDWxh342igyno5uexJ/KjiMKzCv9uQkO4OduNgtOm8AM3m72uHbnuNRY/srcBqH\
    dPk/mgo1W4vUjt3XQw==";

/// PKCS#1 v1.5 with SHA-1, of [`KEY`].
pub(super) const SIGNATURE_SHA1: &str = "\
    WAE0i60NKjUAzRqQwFOvVddOU3qbXV7/MXBngfaTp90beoe3rn5zYIVid4rpzO1bfxFJ5jTZ/KfpYf8sINSaoyDM1dODZYJLKK5lS5GrbNLW\
    SzAQdG1KZW2feMSNWdqwPevvP9b8NVdffEUcjTvIWEskSF1E5ppOXXw8n+wyLeHKKBqbX6UhZO28CSQpXTrMW4bQqrALuaekclTAfQbNquO9\
    jg4EJDsi9n9/82BzbS1CnsUnNvSAz10AMnghukTQqOY8935M8h1BDYsncWPyQnShJShY2DGivqZ7HjY3WqSAyoz08nM0ffDf+K+sSvBU+FDc\
    wfpeZYHVaPYrX4QzaQ==";

/// PKCS#1 v1.5 with SHA-512, of [`KEY`].
pub(super) const SIGNATURE_SHA512: &str = "\
    SHORDOwyE6v8ifRIJ8qiIMTuC4NnEvkvwIDX/jxy4VUEBwe15Vzugkjd2SUbN7tn631kJtp71NWo4V4QOFeIjeb0CFviEexCFJcPTmKKdTZN\
    3T3MCvVCl0Jq+ZgwNInuNfKWko59++1LPQJNzMs9TOfz/ggiHzQWfGI4dZHnPw0VnzwuIgjsCrxOZdQKb77xyJbg2jNPHdMyUkI3rGv3qzMf\
    Rv+2nX8WBblADHJlK3AdVcgzypLVtnxLzvZRNiKB/2S09HRskkUqjbu4JP+/gmlFQiHhd+LuvGkoZTBosUIGxUQGo1rS/bz/D8NYr/tkphhm\
    Pp3Cu4UkJ9Lwuan1SQ==";

/// PSS with SHA-256, of [`KEY`].
pub(super) const SIGNATURE_PSS: &str = "\
    uXguwnIHBwjfbunjHtjqM8avxftJolRuoXKPxvDbpbtN/skIEKVy1vIoLrNlJq1Ar79CJ2WS/dc7kSUp6CwmsmRe/uc1th4KWkbB4UeCQpQ1\
    VBTotNhYi8GqDWONBFzyxQyl+26vjPFCxnDkbpywoAm5tc3MRF460kwP1/YYvIxgydPirCzOTQFffCqCMJ46zNQ/DP4GWqA0XRqkCse6EVoy\
    mEdpXMtriW4kgCv0DThEt0f2rsbRwOkA6uqT4IkIqwOz/pFQ3QfApgdOSoulcqXHlwSL+B+Y7iKWYtbKrWLVZRTkEqtYfeUM/yzYolPcSdF9\
    jt0U84FkNlNChx9ygw==";

/// PKCS#1 v1.5 with SHA-256, of [`KEY_OF_THREE`].
pub(super) const SIGNATURE_OF_THREE: &str = "\
    yHKoVjN76jdogCA9IW8jgyfVY4mpS+jN81mk4lT4YM5LJ39lGF/yAq88duCANsilDoEnrHCgYr3vC2L+D/TziEgPeC+9pX+VLBlNpTQHVoyG\
    +JyA6weplOOwkgy+haZFHFYNSYEqcm3T5SKxWVGoIABoXiE574aAA0cOiYLKHmXbXSBeh4HoWCPjFSRwm+Q45rJ9s32kt3Y2BZo/YT8/ll/b\
    JoA5lzOq6QsGTrOnRmt7jCxE/uMOjZEhTxBNFHoHo2hKwJVWNZZuZAfrM6K0tTQXbqObTnDVjDS06mrYE1k34L9CoID6A1B3uulfkz4aU0Qw\
    h4UQKMbWNqtFSaVrdg==";
