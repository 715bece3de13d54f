package io.httpconnector.auth;

import io.httpconnector.template.PillText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The texts of an {@link HmacAuth} beside its template. Immutable.
 *
 * @param computed the texts of computed values, by name
 * @param signatures the texts that are signed in addition to the template, by the name of the signature
 * @param sent the texts that are sent, by location and name
 */
record HmacTexts(
        Map<String, PillText> computed,
        Map<String, PillText> signatures,
        Map<HmacTexts.Location, Map<String, PillText>> sent) {

    static final HmacTexts NONE = new HmacTexts(Map.of(), Map.of(), Map.of());

    /** The name of the signature of the template. */
    static final String SIGNATURE = "signature";

    /** The end of the name of a signature in Base64. */
    static final String BASE64 = "Base64";

    /** The locations of texts that are sent, in the order in which they are added to a request. */
    enum Location {
        BODY,
        QUERY,
        HEADER
    }

    HmacTexts withComputed(String name, PillText text) {
        return new HmacTexts(with(computed, name, text), signatures, sent);
    }

    HmacTexts withSignature(String name, PillText text) {
        return new HmacTexts(computed, with(signatures, name, text), sent);
    }

    HmacTexts withSent(Location location, String name, PillText text) {
        Map<Location, Map<String, PillText>> all = new LinkedHashMap<>(sent);
        all.put(location, with(at(location), name, text));
        return new HmacTexts(computed, signatures, all);
    }

    private static Map<String, PillText> with(Map<String, PillText> known, String name, PillText text) {
        Map<String, PillText> all = new LinkedHashMap<>(known);
        all.put(name, text);
        return all;
    }

    /** Returns the texts at a location by name. */
    Map<String, PillText> at(Location location) {
        return sent.getOrDefault(location, Map.of());
    }

    /** Returns the names of the computed values and the additional signatures. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(computed.keySet());
        signatures.keySet().forEach(name -> {
            names.add(name);
            names.add(name + BASE64);
        });
        return names;
    }

    /** Returns whether a body field is the only place of the signature. */
    boolean signsInBodyOnly() {
        return Arrays.stream(Location.values())
                .filter(location -> at(location).values().stream().anyMatch(this::usesSignature))
                .toList()
                .equals(List.of(Location.BODY));
    }

    /** Returns whether a text has the signature of the template. */
    boolean usesSignature(PillText text) {
        return text.names().stream()
                .anyMatch(name -> isSignature(name)
                        || refersToSignature(computed.get(name))
                        || refersToSignature(signatures.get(ofHex(name))));
    }

    /** Returns whether a text has any signature, also of a text that is signed in addition to the template. */
    boolean usesAnySignature(PillText text) {
        return text.names().stream()
                .anyMatch(name -> isSignature(name)
                        || signatures.containsKey(ofHex(name))
                        || (computed.containsKey(name) && usesAnySignature(computed.get(name))));
    }

    private boolean refersToSignature(@Nullable PillText text) {
        return text != null && usesSignature(text);
    }

    static boolean isSignature(String name) {
        return ofHex(name).equals(SIGNATURE);
    }

    /** Returns the name of a signature without its encoding. */
    static String ofHex(String name) {
        return name.endsWith(BASE64) ? name.substring(0, name.length() - BASE64.length()) : name;
    }
}
