package io.httpconnector.webhook;

import io.httpconnector.webhook.internal.BodyLength;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The header fields of a request, as names and values in turn. Immutable. */
final class HeaderIndex {

    private final String[] all;

    private HeaderIndex(String[] all) {
        this.all = all;
    }

    static HeaderIndex of(Map<String, ? extends @Nullable List<String>> map) {
        List<String> all = new ArrayList<>(map.size() * 2);
        for (Map.Entry<String, ? extends @Nullable List<String>> field : map.entrySet()) {
            List<String> values = field.getValue();
            // Some servers keep the request line under a null name.
            if (field.getKey() != null && values != null) {
                for (String value : values) {
                    all.add(field.getKey());
                    all.add(value == null ? "" : value);
                }
            }
        }
        return new HeaderIndex(all.toArray(String[]::new));
    }

    HeaderIndex plus(String name, String value) {
        String[] more = Arrays.copyOf(all, all.length + 2);
        more[all.length] = name;
        more[all.length + 1] = value;
        return new HeaderIndex(more);
    }

    @Nullable String first(String name) {
        for (int i = 0; i < all.length; i += 2) {
            if (all[i].equalsIgnoreCase(name)) {
                return all[i + 1];
            }
        }
        return null;
    }

    /** Whether the body has fewer bytes than the fields say; found in one pass. */
    boolean announceMoreThan(int size) {
        String length = null;
        String transfer = null;
        String encoding = null;
        String type = null;
        for (int i = 0; i < all.length; i += 2) {
            switch (all[i].length()) {
                case 12 -> type = all[i].equalsIgnoreCase("Content-Type") ? all[i + 1] : type;
                case 14 -> length = all[i].equalsIgnoreCase("Content-Length") ? all[i + 1] : length;
                case 16 -> encoding = all[i].equalsIgnoreCase("Content-Encoding") ? all[i + 1] : encoding;
                case 17 -> transfer = all[i].equalsIgnoreCase("Transfer-Encoding") ? all[i + 1] : transfer;
                default -> {}
            }
        }
        return BodyLength.isCutOff(length, transfer, encoding, type, size);
    }

    /** What the fields say about the body, found in one pass. */
    ContentHeaders content() {
        String type = null;
        String encoding = null;
        boolean ambiguous = false;
        for (int i = 0; i < all.length; i += 2) {
            // Most names are others, and have another length.
            if (all[i].length() == 12 && all[i].equalsIgnoreCase("Content-Type")) {
                ambiguous |= type != null && !type.equals(all[i + 1]);
                type = all[i + 1];
            } else if (all[i].length() == 16 && all[i].equalsIgnoreCase("Content-Encoding")) {
                ambiguous |= encoding != null && !encoding.equals(all[i + 1]);
                encoding = all[i + 1];
            }
        }
        return new ContentHeaders(type == null ? "" : type, encoding, ambiguous);
    }

    /**
     * How a body is written.
     *
     * @param type its media type; empty when none is given
     * @param ambiguous whether there are several fields that differ
     */
    record ContentHeaders(String type, @Nullable String encoding, boolean ambiguous) {}

    void find(ValueSelector part, ValueSelector.MatchConsumer found) {
        for (int i = 0; i < all.length; i += 2) {
            if (all[i].equalsIgnoreCase(part.name)) {
                part.find(all[i + 1], found);
            }
        }
    }

    List<String> all(String name) {
        List<String> values = new ArrayList<>(1);
        for (int i = 0; i < all.length; i += 2) {
            if (all[i].equalsIgnoreCase(name)) {
                values.add(all[i + 1]);
            }
        }
        return values;
    }

    Map<String, List<String>> asMap() {
        Map<String, List<String>> map = new TreeMap<>();
        for (int i = 0; i < all.length; i += 2) {
            map.computeIfAbsent(all[i].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(all[i + 1]);
        }
        return map;
    }
}
