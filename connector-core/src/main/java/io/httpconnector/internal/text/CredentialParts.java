package io.httpconnector.internal.text;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the individual secrets within a secret value, because a service may echo one of them without the rest: the credentials
 * after an auth scheme (RFC 9110, section 11.4), the values of parameters and cookies ({@code v1=KEY}, {@code sid=KEY;
 * theme=dark}), and the password in {@code user:password}, also in Base64 (RFC 7617).
 */
public final class CredentialParts {

    /** The maximum length of a value that is searched for parts. A longer value is a document and not a header field or a token. */
    private static final int MAX_LENGTH = 64 * 1024;

    /** Parameters of auth schemes that are not secret and may appear in messages of the service (RFC 7616, RFC 5849, AWS). */
    private static final Set<String> PUBLIC = Set.of(
            "algorithm",
            "charset",
            "headers",
            "oauth_callback",
            "oauth_signature_method",
            "qop",
            "realm",
            "scope",
            "signedheaders",
            "uri",
            "username");

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*)[ \t]+(\\S.*)");

    /** A parameter with a token or a quoted string as its value. */
    private static final Pattern PARAMETER = Pattern.compile(
            "(?<![^\\s=,;&\"])([^\\s=,;&\"]++)[ \t]*=[ \t]*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,;&\"]*))");

    private final int minLength;
    private final Consumer<String> found;

    private CredentialParts(int minLength, Consumer<String> found) {
        this.minLength = minLength;
        this.found = found;
    }

    /**
     * Passes on the parts of a value that are secrets by themselves.
     *
     * @param value the secret value
     * @param minLength the minimum length of a part, so that short words do not blank out texts
     * @param found receives each part
     */
    public static void find(String value, int minLength, Consumer<String> found) {
        if (value.length() > minLength && value.length() <= MAX_LENGTH) {
            new CredentialParts(minLength, found).split(value.strip());
        }
    }

    private void split(String value) {
        Matcher scheme = SCHEME.matcher(value);
        String credentials = scheme.matches() ? scheme.group(2) : value;
        if (scheme.matches()) {
            add(credentials);
        } else {
            cookies(value);
        }
        parameters(credentials, scheme.matches());
        pair(credentials);
    }

    /** Adds the values of cookies, which often contain commas and other delimiters, unlike the values of other parameters. */
    private void cookies(String list) {
        for (String cookie : list.split(";", -1)) {
            int equals = cookie.indexOf('=');
            if (equals > 0) {
                add(cookie.substring(equals + 1).strip());
            }
        }
    }

    private void parameters(String list, boolean isAfterScheme) {
        Matcher parameter = PARAMETER.matcher(list);
        while (parameter.find()) {
            if (!isAfterScheme || !PUBLIC.contains(Ascii.lowerCase(parameter.group(1)))) {
                String quoted = parameter.group(2);
                add(quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
            }
        }
    }

    /** Adds the password of {@code user:password}, or the user if the password is empty, as for services that expect a key there. */
    private void pair(String value) {
        String decoded = decoded(value);
        add(decoded);
        String pair = decoded.isEmpty() ? value : decoded;
        int colon = pair.indexOf(':');
        // Times and sentences contain colons, too.
        if (colon >= 0 && (!decoded.isEmpty() || value.chars().noneMatch(Character::isWhitespace))) {
            String password = pair.substring(colon + 1);
            add(password.isEmpty() ? pair.substring(0, colon) : password);
        }
    }

    /**
     * Decodes a Base64 value that contains a colon, as UTF-8 or ISO 8859-1; returns an empty text if the value is not of this
     * form.
     */
    private static String decoded(String value) {
        try {
            byte[] bytes = Base64.getDecoder().decode(value.replace('-', '+').replace('_', '/'));
            String utf8 = new String(bytes, StandardCharsets.UTF_8);
            String text = utf8.indexOf('\ufffd') < 0 ? utf8 : new String(bytes, StandardCharsets.ISO_8859_1);
            boolean isText = text.indexOf(':') >= 0 && text.chars().noneMatch(Character::isISOControl);
            return isText ? text : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private void add(String part) {
        if (part.length() >= minLength) {
            found.accept(part);
        }
    }
}
