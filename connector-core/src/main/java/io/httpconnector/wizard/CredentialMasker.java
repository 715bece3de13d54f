package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Masks credentials in a text: user info in URLs, private keys, JSON Web Tokens, and by their names the values of form
 * fields, query parameters, XML elements and attributes, JSON members (also in truncated JSON) and multipart parts. Not
 * thread-safe.
 */
final class CredentialMasker {

    private static final String PRIVATE_KEY = "-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----";
    private static final Pattern PEM =
            Pattern.compile(PRIVATE_KEY + "[^-]*+(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?");
    private static final Pattern JWT =
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{8,}+\\.eyJ[A-Za-z0-9_-]{8,}+\\.[A-Za-z0-9_-]*+");

    /** Tokens in the path of known services: Telegram, Slack, Discord, Microsoft Teams, Mattermost, Zapier, IFTTT. */
    private static final Pattern PATH = Pattern.compile("(?<=/bot)[0-9]{5,20}(?::|%3[Aa])[A-Za-z0-9_-]{20,}+"
            + "|(?<=/services/T[A-Za-z0-9]{3,20}/B[A-Za-z0-9]{3,20}/)[A-Za-z0-9]{12,}+"
            + "|(?<=/(?:triggers|workflows)/[A-Za-z0-9]{3,20}/[A-Za-z0-9/]{3,60}/)[A-Za-z0-9]{16,}+"
            + "|(?<=/webhooks/[0-9]{10,25}/)[A-Za-z0-9_-]{30,}+"
            + "|(?<=/IncomingWebhook/)[A-Za-z0-9]{16,}+(?:/[A-Za-z0-9-]{16,}+)*+"
            + "|(?<=/hooks/)[a-z0-9]{26}(?![A-Za-z0-9])"
            + "|(?<=/hooks/[A-Za-z0-9]{10,30}/)[A-Za-z0-9]{20,}+"
            + "|(?<=/hooks/catch/[0-9]{3,12}/)[A-Za-z0-9]{5,}+"
            + "|(?<=/with/key/)[A-Za-z0-9_-]{10,}+");

    /** A path segment that follows the name of a credential: {@code /token/3f9a...}. */
    private static final Pattern SEGMENT =
            Pattern.compile("/([A-Za-z][A-Za-z0-9_-]{1,40})/([A-Za-z0-9_.~%=-]{16,500})(?=[/?#;\\s\"'<>]|$)");

    /**
     * Tokens that are recognisable by their format: Google, GitHub, GitLab, Slack, Stripe, AWS, SendGrid, Shopify, OpenAI, npm.
     */
    private static final Pattern KNOWN = Pattern.compile(
            "(?<![A-Za-z0-9_-])(?:AIza[A-Za-z0-9_-]{30,}+|ya29\\.[A-Za-z0-9_-]{20,}+"
                    + "|gh[pousr]_[A-Za-z0-9]{30,}+|github_pat_[A-Za-z0-9_]{30,}+|glpat-[A-Za-z0-9_-]{20,}+|xox[abeprs]-[A-Za-z0-9-]{10,}+"
                    + "|[rs]k_(?:live|test)_[A-Za-z0-9]{10,}+|whsec_[A-Za-z0-9+/=]{20,}+|A(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])"
                    + "|SG\\.[A-Za-z0-9_-]{16,}+\\.[A-Za-z0-9_-]{16,}+|shp(?:at|ca|pa|ss)_[A-Za-z0-9]{20,}+"
                    + "|sk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}+|npm_[A-Za-z0-9]{30,}+|pat-[a-z]{2,3}[0-9]-[A-Za-z0-9-]{30,}+)");

    /** A password, or a user name as long as a token. */
    private static final Pattern USER_INFO =
            Pattern.compile("(?<=://)(?:[^/?#\\s\"'<>@:]{0,200}:[^/?#\\s\"'<>@]{1,500}|[^/?#\\s\"'<>@:]{16,500})(?=@)");

    private static final Pattern DECLARED = Pattern.compile(Pattern.quote(CredentialDetector.DECLARED_MARK));

    private static final Pattern PAIR =
            Pattern.compile("(?<=^|[?&;\\s])([^=&?;:\\s\"'<>#/]{1,200})=([^&\\s;\"'<>#]++)");
    private static final Pattern LINE =
            Pattern.compile("(?m)^[ \\t-]*([A-Za-z_][\\w.-]{0,100}):[ \\t]++(?![|>{\\[&*])(\\S++(?: \\S++)?)[ \\t]*$");
    private static final Pattern QUOTED = Pattern.compile("([A-Za-z_$][\\w$.-]{0,100})\\s{0,9}[:=]\\s{0,9}([\"'])");
    private static final Pattern MEMBER = Pattern.compile("\"([^\"\\\\\\r\\n]{1,200})\"\\s{0,99}:\\s{0,99}");
    private static final Pattern NUMBER = Pattern.compile("\\G-?[0-9][0-9.eE+-]*+");
    private static final Pattern ELEMENT =
            Pattern.compile("<((?:[A-Za-z_][\\w.-]{0,100}:)?([A-Za-z_][\\w.-]{0,100}))(?:\\s[^<>]*+)?(?<!/)>");
    private static final Pattern CONTENT = Pattern.compile("(?<=>)[^<]*[^<\\s][^<]*(?=<)|(?<=<!\\[CDATA\\[)[^]]++");
    private static final Pattern PART = Pattern.compile(
            "(?i)content-disposition:[^\\r\\n]*?\\bname=\"([^\"\\r\\n]*)\"[^\\r\\n]*\\r?\\n(?:[^\\r\\n]++\\r?\\n)*+\\r?\\n");

    private static final Pattern GRAPHQL = Pattern.compile(
            "^\\s*+(?:#[^\\n]*+\\s*+)*+(?:(?:query|mutation|subscription|fragment)\\b[^{]{0,2000}\\{|\\{\\s*+[A-Za-z_])");

    private static final int MAX_FOUND = 100;

    private final StringBuilder text;
    private final boolean isWhole;
    private final boolean isTemplate;
    private final UnaryOperator<String> replacement;
    private String found = "";

    private CredentialMasker(String text, boolean isWhole, boolean isTemplate, UnaryOperator<String> replacement) {
        this.text = new StringBuilder(text);
        this.isWhole = isWhole;
        this.isTemplate = isTemplate;
        this.replacement = replacement;
    }

    private String read(String value) {
        return isTemplate ? LiteralTextReader.DEFAULT_DELIMITERS.read(value) : value;
    }

    /**
     * Masks the credentials in a whole text, such as a body or a URL.
     *
     * @return the text, unchanged if it has no credentials
     */
    static String mask(String text) {
        return new CredentialMasker(text, true, false, name -> CredentialDetector.MASK).mask();
    }

    /** Masks the credentials in a value within a document, where lines with a colon are not interpreted. */
    static String maskValue(String text) {
        return new CredentialMasker(text, false, false, name -> CredentialDetector.MASK).mask();
    }

    /**
     * Replaces each credential in a whole text, with or without pills; the replacement is computed from the credential's name.
     */
    static String replace(String text, boolean isTemplate, UnaryOperator<String> replacement) {
        return new CredentialMasker(text, true, isTemplate, replacement).mask();
    }

    /** Returns the name of the first credential in a text; empty if there is none. */
    static String find(String text, boolean isWhole) {
        CredentialMasker search = new CredentialMasker(text, isWhole, false, name -> CredentialDetector.MASK);
        String masked = search.mask();
        return masked.equals(text) ? "" : search.found.isEmpty() ? "a credential" : search.found;
    }

    private String mask() {
        maskMatches(PEM, "a private key");
        maskMatches(JWT, "a JSON Web Token");
        maskMatches(USER_INFO, "the user in a URL");
        maskMatches(DECLARED, "a password");
        maskMatches(KNOWN, "a token");
        if (text.indexOf("/") >= 0) {
            maskMatches(PATH, "token");
            maskPathSegments();
        }
        if (text.indexOf("=") >= 0) {
            maskPairs();
        }
        if (text.indexOf("\"") >= 0 || text.indexOf("'") >= 0) {
            if (isWhole) {
                maskMultipartParts();
            }
            if (isWhole || isGraphQl(text)) {
                maskQuotedAssignments();
            }
            maskJsonMembers();
        }
        if (text.indexOf("</") >= 0) {
            maskXmlElements();
        }
        if (isWhole && text.indexOf(": ") >= 0) {
            maskLines();
        }
        return text.toString();
    }

    /** Whether a text is a GraphQL document, whose arguments may be credentials. */
    static boolean isGraphQl(CharSequence text) {
        return GRAPHQL.matcher(text).find();
    }

    private void maskMatches(Pattern pattern, String name) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            if (CredentialDetector.holdsLiteralText(read(matcher.group()))) {
                int length = mask(matcher.start(), matcher.end(), name);
                matcher = resumeAfterMask(matcher, pattern, length);
            }
        }
    }

    /** Returns a matcher that continues after the mask. */
    private Matcher resumeAfterMask(Matcher before, Pattern pattern, int length) {
        int at = Math.min(text.length(), before.start() + length);
        return pattern.matcher(text)
                .region(at, text.length())
                .useTransparentBounds(true)
                .useAnchoringBounds(false);
    }

    /** Masks a range and returns the length of its replacement. */
    private int mask(int start, int end, String name) {
        String instead = replacement.apply(name);
        text.replace(start, end, instead);
        found = found.isEmpty() ? name.substring(0, Math.min(name.length(), MAX_FOUND)) : found;
        return instead.length();
    }

    private void maskPathSegments() {
        Matcher matcher = SEGMENT.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            at = matcher.start(2) - 1;
            boolean isNamed = CredentialNames.typeOf(matcher.group(1)) == CredentialNames.CredentialType.ALL;
            if (isNamed && CredentialDetector.isRandom(read(decode(matcher.group(2))))) {
                at = matcher.start(2) + mask(matcher.start(2), matcher.end(2), matcher.group(1));
                matcher = SEGMENT.matcher(text);
            }
        }
    }

    private void maskPairs() {
        Matcher matcher = PAIR.matcher(text);
        int at = 0;
        while (matcher.find(at)) {
            String name = decode(matcher.group(1));
            String value = matcher.group(2);
            if (CredentialDetector.isCredentialParameter(name, read(decode(value))) || holdsCredential(decode(value))) {
                at = matcher.start(2) + mask(matcher.start(2), matcher.end(2), name);
                matcher = PAIR.matcher(text);
            } else {
                at = matcher.end();
            }
            if (at > text.length()) {
                return;
            }
        }
    }

    /** Whether a form field contains JSON with a credential. */
    private static boolean holdsCredential(String value) {
        if (!value.startsWith("{") && !value.startsWith("[")) {
            return false;
        }
        try {
            return !CredentialDetector.findPointers(JsonSupport.parse(value)).isEmpty();
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }

    /** Decodes percent-encoded text; returns malformed text unchanged. */
    static String decode(String text) {
        String decoded = PercentEncoding.decodeForm(text);
        return decoded == null ? text : decoded;
    }

    private void maskMultipartParts() {
        Matcher matcher = PART.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            int end = text.indexOf("\n--", matcher.end());
            int last = end < 0 ? text.length() : end > 0 && text.charAt(end - 1) == '\r' ? end - 1 : end;
            at = matcher.end();
            if (last > at && CredentialDetector.isCredential(matcher.group(1), read(text.substring(at, last)))) {
                at += mask(at, last, matcher.group(1));
                matcher = PART.matcher(text);
            }
        }
    }

    /** Masks {@code password="x"} and {@code password: 'x'}, as in XML attributes, GraphQL and scripts. */
    private void maskQuotedAssignments() {
        Matcher matcher = QUOTED.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            int start = matcher.end();
            int end = closingQuote(start, matcher.group(2).charAt(0));
            at = start;
            if (CredentialDetector.isCredential(matcher.group(1), read(text.substring(start, end)))) {
                at = start + mask(start, end, matcher.group(1));
                matcher = QUOTED.matcher(text);
            }
        }
    }

    private int closingQuote(int start, char quote) {
        int end = start;
        while (end < text.length() && text.charAt(end) != quote) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(end, text.length());
    }

    /** Masks members of JSON that can't be parsed because it is truncated or has pills. */
    private void maskJsonMembers() {
        Matcher matcher = MEMBER.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            String name = matcher.group(1);
            int start = matcher.end();
            at = start;
            char first = start < text.length() ? text.charAt(start) : 0;
            int end;
            if (first == '"') {
                start++;
                end = closingQuote(start, '"');
            } else if (first == '{' || first == '[') {
                boolean isAll = CredentialNames.typeOf(name).compareTo(CredentialNames.CredentialType.TEXT) >= 0;
                if (isAll) {
                    at = maskTexts(start, closingBracket(start), name);
                    matcher = MEMBER.matcher(text);
                }
                continue;
            } else {
                Matcher number = NUMBER.matcher(text);
                end = number.find(start) ? number.end() : start;
            }
            if (CredentialDetector.isCredential(name, read(text.substring(start, end)))) {
                at = start + mask(start, end, name);
                matcher = MEMBER.matcher(text);
            }
        }
    }

    private int closingBracket(int start) {
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                i = closingQuote(i + 1, '"');
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
        }
        return text.length();
    }

    /** Masks the strings in a range of JSON, except member names. Returns the new end of the range. */
    private int maskTexts(int start, int end, String name) {
        int at = start;
        int last = end;
        while (at < last) {
            if (text.charAt(at) != '"') {
                at++;
                continue;
            }
            int close = Math.min(closingQuote(at + 1, '"'), last);
            int after = close + 1;
            while (after < last && Character.isWhitespace(text.charAt(after))) {
                after++;
            }
            boolean isName = after < last && text.charAt(after) == ':';
            if (!isName && CredentialDetector.holdsLiteralText(read(text.substring(at + 1, close)))) {
                int length = mask(at + 1, close, name);
                last += length - (close - at - 1);
                close = at + 1 + length;
            }
            at = close + 1;
        }
        return Math.min(at, text.length());
    }

    private void maskXmlElements() {
        Matcher matcher = ELEMENT.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            at = matcher.end();
            CredentialNames.CredentialType kind = CredentialNames.typeOf(matcher.group(2));
            int end = kind == CredentialNames.CredentialType.NONE ? -1 : text.indexOf("</" + matcher.group(1), at);
            if (end < 0) {
                continue;
            }
            String content = text.substring(at, end);
            boolean hasElements = content.indexOf('<') >= 0;
            if (hasElements && kind.compareTo(CredentialNames.CredentialType.TEXTS) >= 0) {
                String name = matcher.group(2);
                String shown =
                        CONTENT.matcher(">" + content + "<").replaceAll(match -> maskedContent(match.group(), name));
                String inner = shown.substring(1, shown.length() - 1);
                if (!inner.equals(content)) {
                    text.replace(at, end, inner);
                    found = found.isEmpty() ? matcher.group(2) : found;
                }
                at += inner.length();
            } else if (!hasElements && CredentialDetector.isCredential(matcher.group(2), read(content.strip()))) {
                at += mask(at, end, matcher.group(2));
            }
            matcher = ELEMENT.matcher(text);
        }
    }

    private String maskedContent(String content, String name) {
        return Matcher.quoteReplacement(
                CredentialDetector.holdsLiteralText(read(content)) ? replacement.apply(name) : content);
    }

    private void maskLines() {
        Matcher matcher = LINE.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            at = matcher.end();
            String value = matcher.group(2);
            boolean isQuoted = Stream.of("\"", "'", "***").anyMatch(value::startsWith);
            if (!isQuoted && CredentialDetector.isCredential(matcher.group(1), read(value))) {
                at = matcher.start(2) + mask(matcher.start(2), matcher.end(2), matcher.group(1));
                matcher = LINE.matcher(text);
            }
        }
    }
}
