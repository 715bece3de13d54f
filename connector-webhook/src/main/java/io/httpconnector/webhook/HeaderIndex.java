package io.httpconnector.webhook;

import io.httpconnector.webhook.internal.BodyLength;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The header fields of a request, as an array of alternating names and values. Immutable. */
final class HeaderIndex {

    private final String[] namesAndValues;

    private HeaderIndex(String[] all) {
        this.namesAndValues = all;
    }

    static HeaderIndex of(Map<String, ? extends @Nullable List<String>> map) {
        List<String> all = new ArrayList<>(map.size() * 2);
        for (Map.Entry<String, ? extends @Nullable List<String>> field : map.entrySet()) {
            List<String> values = field.getValue();
            // Some servers store the request line under a null name.
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
        String[] more = Arrays.copyOf(namesAndValues, namesAndValues.length + 2);
        more[namesAndValues.length] = name;
        more[namesAndValues.length + 1] = value;
        return new HeaderIndex(more);
    }

    private boolean isNamed(int index, String name) {
        String given = namesAndValues[index];
        // Usually it is written alike, and comparing letters without their case is expensive.
        return given.equals(name) || given.equalsIgnoreCase(name);
    }

    @Nullable String first(String name) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (isNamed(i, name)) {
                return namesAndValues[i + 1];
            }
        }
        return null;
    }

    /** Checks in one pass whether the header fields announce a longer body than was received. */
    boolean announcesMoreThan(int size) {
        String length = null;
        String transfer = null;
        String encoding = null;
        String type = null;
        for (int i = 0; i < namesAndValues.length; i += 2) {
            switch (namesAndValues[i].length()) {
                case 12 -> type = isNamed(i, "Content-Type") ? namesAndValues[i + 1] : type;
                case 14 -> length = isNamed(i, "Content-Length") ? namesAndValues[i + 1] : length;
                case 16 -> encoding = isNamed(i, "Content-Encoding") ? namesAndValues[i + 1] : encoding;
                case 17 -> transfer = isNamed(i, "Transfer-Encoding") ? namesAndValues[i + 1] : transfer;
                default -> {}
            }
        }
        return BodyLength.isTruncated(length, transfer, encoding, type, size);
    }

    /** The content header fields, found in one pass. */
    ContentHeaders contentHeaders() {
        String type = null;
        String encoding = null;
        boolean ambiguous = false;
        for (int i = 0; i < namesAndValues.length; i += 2) {
            // Most other names have a different length.
            if (namesAndValues[i].length() == 12 && isNamed(i, "Content-Type")) {
                ambiguous |= type != null && !type.equals(namesAndValues[i + 1]);
                type = namesAndValues[i + 1];
            } else if (namesAndValues[i].length() == 16 && isNamed(i, "Content-Encoding")) {
                ambiguous |= encoding != null && !encoding.equals(namesAndValues[i + 1]);
                encoding = namesAndValues[i + 1];
            }
        }
        return new ContentHeaders(type == null ? "" : type, encoding, ambiguous);
    }

    /**
     * The format of a body.
     *
     * @param type the media type; empty if none is given
     * @param ambiguous whether there are several fields with different values
     */
    record ContentHeaders(String type, @Nullable String encoding, boolean ambiguous) {

        static final ContentHeaders NONE = new ContentHeaders("", null, false);
    }

    void find(ValueSelector selector, ValueSelector.MatchConsumer found) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (isNamed(i, selector.name)) {
                selector.find(namesAndValues[i + 1], found);
            }
        }
    }

    List<String> all(String name) {
        List<String> values = new ArrayList<>(1);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (isNamed(i, name)) {
                values.add(namesAndValues[i + 1]);
            }
        }
        return values;
    }

    Map<String, List<String>> asMap() {
        Map<String, List<String>> map = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.computeIfAbsent(namesAndValues[i].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(namesAndValues[i + 1]);
        }
        return map;
    }
}
