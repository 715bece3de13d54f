package io.httpconnector.auth.definition;

import io.httpconnector.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was entered for the fields, and how it gets into the texts of a definition. Values are data, wherever they stand. */
final class Values {

    private static final Pattern PILL = Pattern.compile("\\{\\{\\s*auth\\.([A-Za-z0-9_.-]+)\\s*}}");
    private static final Pattern IN_HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?");

    private final Map<String, String> plain = new LinkedHashMap<>();
    private final Map<String, Secret> secrets = new LinkedHashMap<>();
    private final List<String> problems;

    Values(List<String> problems) {
        this.problems = problems;
    }

    void put(String name, String value) {
        plain.put(name, value);
    }

    void put(String name, Secret value) {
        secrets.put(name, value);
    }

    boolean has(String name) {
        return plain.containsKey(name) || secrets.containsKey(name);
    }

    Map<String, String> plain() {
        return plain;
    }

    /** Whether a text has a pill for a secret. */
    boolean isSecret(String text) {
        return PILL.matcher(text).results().anyMatch(pill -> secrets.containsKey(pill.group(1)));
    }

    /** A text without secrets. */
    String text(String place, String text) {
        if (isSecret(text)) {
            problems.add(place + ": it has a secret, for which there is no place there");
            return text;
        }
        return filled(text, name -> value(place, name));
    }

    /** A text that is made of a secret, and read each time that it is used. */
    Secret secret(String place, String text) {
        for (String name : names(text)) {
            if (!has(name)) {
                missing(place, name);
                return Secret.of("missing");
            }
        }
        return Secret.from(() -> filled(
                text, name -> secrets.containsKey(name) ? secrets.get(name).reveal() : plain.get(name)));
    }

    /** A URL: in the host a value is part of a name, behind it a segment; only at the beginning it is a URL itself. */
    String url(String place, String text) {
        if (isSecret(text)) {
            problems.add(place + ": it has a secret, for which there is no place there");
            return text;
        }
        StringBuilder url = new StringBuilder();
        Matcher pill = PILL.matcher(text);
        int literal = 0;
        while (pill.find()) {
            url.append(text, literal, pill.start());
            literal = pill.end();
            String value = value(place, pill.group(1));
            if (url.isEmpty()) {
                url.append(value.replaceFirst("/$", ""));
            } else if (url.indexOf("/", url.indexOf("://") + 3) < 0) {
                if (!IN_HOST.matcher(value).matches()) {
                    problems.add(pill.group(1) + ": it is no part of a host name");
                }
                url.append(IN_HOST.matcher(value).matches() ? value : "x");
            } else {
                url.append(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"));
            }
        }
        return url.append(text, literal, text.length()).toString();
    }

    static List<String> names(String text) {
        return PILL.matcher(text).results().map(pill -> pill.group(1)).toList();
    }

    private String value(String place, String name) {
        String value = plain.get(name);
        if (value == null) {
            missing(place, name);
            return "missing";
        }
        return value;
    }

    private void missing(String place, String name) {
        problems.add(place + ": nobody has set {{auth." + name + "}}: set it by value(\"" + name + "\", ...)");
    }

    private static String filled(String text, Function<String, String> values) {
        return PILL.matcher(text).replaceAll(pill -> Matcher.quoteReplacement(values.apply(pill.group(1))));
    }

    /** The names, and no value. */
    @Override
    public String toString() {
        return "Values for " + plain.keySet() + " and " + secrets.keySet();
    }
}
