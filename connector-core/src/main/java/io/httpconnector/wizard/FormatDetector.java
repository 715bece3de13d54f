package io.httpconnector.wizard;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Detects and verifies the formats of JSON Schema (2020-12, section 7.3), and member names that are ids. */
final class FormatDetector {

    /** The formats that are inferred from samples. */
    private static final List<String> INFERRED = List.of("uuid", "email", "date", "date-time", "uri");

    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    /** A dot-atom, and a domain name of several labels (RFC 5321, section 4.1.2). */
    private static final Pattern EMAIL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                    + "@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?");

    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    /** A full-time (RFC 3339, section 5.6): seconds and an offset are mandatory. */
    private static final Pattern TIME =
            Pattern.compile("(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)");

    private static final Pattern WEB_URI =
            Pattern.compile("https?://[A-Za-z0-9._~!$&'()*+,;=:@%-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
                    + "(?:\\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?(?:#[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?");
    private static final Pattern ABSOLUTE_URI =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:[\\x21-\\x7E&&[^\"<>\\\\^`{|}]]+");
    private static final Pattern HOST_NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9A-Fa-f:]{2,39}(?:\\d+(?:\\.\\d+){3})?");
    private static final Pattern BASE64 =
            Pattern.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?");
    private static final Pattern DURATION = Pattern.compile(
            "P(?!$)(?:(?:\\d+Y)?(?:\\d+M)?(?:\\d+D)?(?:T(?=\\d)(?:\\d+H)?(?:\\d+M)?(?:\\d+S)?)?|\\d+W)");

    private static final Pattern ID = Pattern.compile("\\d+|(?=.*\\d)[0-9a-zA-Z]{15,}");
    private static final int MAX_LENGTH = 2000;

    private FormatDetector() {}

    /** Returns the format of a text, or null. */
    static @Nullable String of(String text) {
        return text.length() > MAX_LENGTH
                ? null
                : INFERRED.stream()
                        .filter(format -> isInferred(format, text))
                        .findFirst()
                        .orElse(null);
    }

    private static boolean isInferred(String format, String text) {
        return format.equals("uri") ? WEB_URI.matcher(text).matches() && permits("uri", text) : permits(format, text);
    }

    /** Whether a text has a format. Every text has a format that is unknown. */
    static boolean permits(String format, String text) {
        if (text.length() > MAX_LENGTH) {
            return true;
        }
        return switch (format) {
            case "uuid" -> UUID.matcher(text).matches();
            case "email" -> EMAIL.matcher(text).matches();
            case "date" -> isDate(text);
            case "time" -> TIME.matcher(text).matches();
            case "date-time" -> isDateTime(text);
            case "duration" -> DURATION.matcher(text).matches();
            case "uri", "url" -> isUri(text);
            case "hostname" -> HOST_NAME.matcher(text).matches();
            case "ipv4" -> IPV4.matcher(text).matches();
            case "ipv6" -> IPV6.matcher(text).matches();
            case "byte" -> BASE64.matcher(text).matches();
            default -> true;
        };
    }

    /** Whether a number has a format. */
    static boolean permits(String format, BigDecimal number) {
        int bits = format.equals("int32") ? 31 : format.equals("int64") ? 63 : 0;
        return bits == 0
                || (number.compareTo(new BigDecimal(BigInteger.ONE.shiftLeft(bits))) < 0
                        && number.compareTo(new BigDecimal(
                                        BigInteger.ONE.shiftLeft(bits).negate()))
                                >= 0);
    }

    private static boolean isDate(String text) {
        try {
            return DATE.matcher(text).matches() && LocalDate.parse(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isDateTime(String text) {
        if (text.length() < 20 || Character.toUpperCase(text.charAt(10)) != 'T') {
            return false;
        }
        try {
            return isDate(text.substring(0, 10))
                    && TIME.matcher(text.substring(11)).matches()
                    && OffsetDateTime.parse(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isUri(String text) {
        try {
            return ABSOLUTE_URI.matcher(text).matches() && URI.create(text).isAbsolute();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether a member name is probably a map key. */
    static boolean isId(String name) {
        return ID.matcher(name).matches() || UUID.matcher(name).matches();
    }
}
