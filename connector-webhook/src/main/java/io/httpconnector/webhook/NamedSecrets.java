package io.httpconnector.webhook;

import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The secrets of a signature scheme beside the one that signs, by name: the placeholders <code>{{secret.NAME}}</code>. */
final class NamedSecrets {

    static final String PREFIX = "secret.";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,50}");

    private NamedSecrets() {}

    /** Reports a name that cannot be in a placeholder. */
    static void checkName(String name, List<String> problems) {
        if (!NAME.matcher(name).matches()) {
            problems.add("namedSecrets: the name \"" + Texts.visible(name)
                    + "\" is invalid, use letters, digits, hyphens and underscores");
        }
    }

    /** Reports a placeholder whose secret is not given. */
    static void checkKnown(Placeholder placeholder, Set<String> names, List<String> problems) {
        String name = placeholder.name().substring(PREFIX.length());
        if (!names.contains(name)) {
            problems.add(placeholder.place() + ": the secret \"" + Texts.visible(name)
                    + "\" is not given: add it to namedSecrets"
                    + (names.isEmpty() ? "" : ", which has " + new TreeSet<>(names)));
        }
    }

    /** Returns the bytes of the secret of a placeholder. */
    static byte[] bytes(String placeholder, Map<String, Secret> named) {
        return text(placeholder, named).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the secret of a placeholder; empty if it is not given. */
    static String text(String placeholder, Map<String, Secret> named) {
        Secret secret = named.get(placeholder.substring(PREFIX.length()));
        return secret == null ? "" : secret.reveal();
    }
}
