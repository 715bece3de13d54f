package io.httpconnector.cli;

import io.httpconnector.cli.ImportedRequests.Remark;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The credentials that an importer has left out of requests, by its notes.
 *
 * @param logins what is sent in the header field Authorization, by the name of a strategy; each adds itself to one
 * @param keys other header fields and query parameters
 * @param unsupported ways to authenticate that have no strategy
 * @param read the remarks from which the logins and keys were read
 */
record LeftOutCredentials(
        Map<String, Consumer<ImportedStrategy>> logins,
        Set<KeyLocation> keys,
        Set<String> unsupported,
        Set<Remark> read) {

    /** The name of a strategy with keys only. */
    static final String KEY = "key";

    private static final Pattern LEFT_OUT = Pattern.compile(
            "(the header |the query parameter |--)(.+?) is left out: .*|(the user in the URL).*|(cookies) are left out: .*");

    private static final Pattern OF_POSTMAN = Pattern.compile("it authenticates by (\\S+)\\b.*");

    /**
     * The location of a credential.
     *
     * @param in {@code header} or {@code query}
     */
    record KeyLocation(String in, String name) {}

    /**
     * Reads the notes of the requests to a service.
     *
     * @param origin the scheme and host of the service
     */
    static LeftOutCredentials of(ImportedRequests source, String origin) {
        LeftOutCredentials found = new LeftOutCredentials(
                new LinkedHashMap<>(), new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
        source.notes().forEach((name, notes) -> {
            String host = source.origins().getOrDefault(name, "");
            if (host.equals(origin) || !ImportedUrl.isKnown(host)) {
                notes.stream()
                        .filter(note -> found.note(note, source.format() == ImportFormat.POSTMAN))
                        .forEach(note -> found.read.add(new Remark(source.place(name), note)));
            }
        });
        return found;
    }

    /** Adds the credential that a note names; returns false if there is none that a strategy can send. */
    private boolean note(String note, boolean isPostman) {
        Matcher credential = LEFT_OUT.matcher(note);
        Matcher scheme = OF_POSTMAN.matcher(note);
        if (isPostman && scheme.matches()) {
            return scheme(scheme.group(1));
        }
        if (!credential.matches()) {
            return false;
        }
        if (credential.group(3) != null) {
            logins.putIfAbsent("basic", ImportedStrategy::basic);
        } else if (credential.group(4) != null) {
            keys.add(new KeyLocation("header", "Cookie"));
        } else if (credential.group(1).equals("--")) {
            return option(credential.group(2), note.contains("its user is a key"));
        } else if (credential.group(1).contains("query")) {
            keys.add(new KeyLocation("query", credential.group(2)));
        } else if (credential.group(2).equalsIgnoreCase("Authorization")) {
            logins.putIfAbsent(KEY, strategy -> strategy.key("header", credential.group(2)));
        } else if (credential.group(2).equalsIgnoreCase("Proxy-Authorization")) {
            // Credentials for a proxy are not for the service.
            return false;
        } else {
            keys.add(new KeyLocation("header", credential.group(2)));
        }
        return true;
    }

    private boolean option(String name, boolean isKey) {
        switch (name) {
            case "user" -> logins.putIfAbsent("basic", isKey ? ImportedStrategy::basicKey : ImportedStrategy::basic);
            case "oauth2-bearer" -> logins.putIfAbsent("bearer", ImportedStrategy::bearer);
            case "cookie" -> keys.add(new KeyLocation("header", "Cookie"));
            default -> {
                unsupported.add(name);
                return false;
            }
        }
        return true;
    }

    private boolean scheme(String type) {
        switch (type) {
            case "basic" -> logins.putIfAbsent(type, ImportedStrategy::basic);
            case "bearer" -> logins.putIfAbsent(type, ImportedStrategy::bearer);
            case "digest" -> logins.putIfAbsent(type, ImportedStrategy::digest);
            case "apikey" -> {
                // A note of its own names the header field or query parameter.
            }
            default -> {
                unsupported.add(type);
                return false;
            }
        }
        return true;
    }
}
