package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.webhook.BodyParser.UnsupportedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A view of a genuine request that shows only what its verifiers have covered: the one source from which the id, the type and the
 * payload of an event are read. It has no method that gives an unsigned header field or query parameter. Immutable.
 *
 * <p>A sender that is known by a token, an address or a certificate may send anything, so all of its request counts. Where a
 * signature does not cover the body (Mailgun), the body is still the payload, but it does not tell events apart.
 */
final class SignedData {

    /** Everything counts. */
    @SuppressWarnings("UnnecessaryLambda") // Compared with.
    private static final Predicate<ValueSelector> ALL = part -> true;

    private static final ValueSelector BODY = ValueSelector.list("");
    private static final ValueSelector ANY_PARAMETER = ValueSelector.query("*");
    private static final ValueSelector CONTENT_TYPE = ValueSelector.header("Content-Type");
    private static final ValueSelector CONTENT_ENCODING = ValueSelector.header("Content-Encoding");
    private static final ValueSelector CLOUD_EVENT = ValueSelector.header("ce-specversion");

    private final WebhookRequest request;
    private final Predicate<ValueSelector> covered;

    /** What the signed content is known by, to each verifier that has accepted it; none when it may come for several events. */
    private final List<Supplier<String>> alternatives;

    private final @Nullable Supplier<String> identity;
    private final @Nullable JsonNode tree;
    private final Places places;

    /** What the suppliers have given, as a fingerprint costs more than to keep it. */
    private @Nullable List<String> knownFingerprints;

    /**
     * Where events stand in what a verifier covers.
     *
     * @param mediaTypes the media types that the bodies may have; none when the service sends any
     * @param typeOf finds the type in the payload, when no single place has it
     */
    record Places(
            List<MediaType> mediaTypes,
            @Nullable ValueSelector eventId,
            @Nullable ValueSelector eventType,
            @Nullable Function<JsonNode, String> typeOf) {

        static final Places NONE = new Places(List.of(), null, null, null);

        Places or(Places other) {
            boolean typed = eventType != null || typeOf != null;
            return new Places(
                    mediaTypes.isEmpty() ? other.mediaTypes : mediaTypes,
                    eventId == null ? other.eventId : eventId,
                    typed ? eventType : other.eventType,
                    typed ? typeOf : other.typeOf);
        }
    }

    private SignedData(
            WebhookRequest request,
            Predicate<ValueSelector> covered,
            List<Supplier<String>> alternatives,
            @Nullable Supplier<String> identity,
            @Nullable JsonNode tree,
            Places places) {
        this.request = request;
        this.covered = covered;
        this.alternatives = alternatives;
        this.identity = identity;
        this.tree = tree;
        this.places = places;
    }

    /** The whole request, of a sender that may send anything. */
    static SignedData everything(WebhookRequest request, Places places) {
        return new SignedData(request, ALL, List.of(), null, null, places);
    }

    /**
     * Part of a request.
     *
     * @param fingerprint the same for the same signed content only, signing time included; null when the same content may be sent for
     *     several events
     * @param identity the id of an event that has none of its own; null for the fingerprint
     * @param tree the payload, where not all of the body is covered
     */
    static SignedData of(
            WebhookRequest request,
            Predicate<ValueSelector> covered,
            @Nullable Supplier<String> fingerprint,
            @Nullable Supplier<String> identity,
            @Nullable JsonNode tree,
            Places places) {
        return new SignedData(
                request, covered, fingerprint == null ? List.of() : List.of(fingerprint), identity, tree, places);
    }

    /** The same, also known by what other verifiers say. */
    SignedData orKnownBy(List<Supplier<String>> others) {
        List<Supplier<String>> all = new ArrayList<>(alternatives);
        all.addAll(others);
        return new SignedData(request, covered, List.copyOf(all), identity(), tree, places);
    }

    List<Supplier<String>> alternatives() {
        return alternatives;
    }

    boolean isEverything() {
        return covered == ALL;
    }

    /** What two verifiers cover that have both accepted the request. */
    SignedData and(SignedData other) {
        Places both = places.or(other.places);
        if (isEverything() || other.isEverything()) {
            SignedData signed = isEverything() ? other : this;
            boolean isEither = alternatives.isEmpty() || other.alternatives.isEmpty();
            List<Supplier<String>> all = !isEither
                    ? joined(alternatives, other.alternatives)
                    : alternatives.isEmpty() ? other.alternatives : alternatives;
            return new SignedData(request, signed.covered, all, signed.identity, signed.tree, both);
        }
        boolean mine = covers(BODY);
        boolean others = other.covers(BODY);
        // What covers the body tells events apart best; a signature of the URL alone is the same for each.
        SignedData first = others && !mine ? other : this;
        boolean joint = mine == others;
        return new SignedData(
                request,
                covered.or(other.covered),
                joint ? joined(alternatives, other.alternatives) : first.alternatives,
                joint ? join(identity(), other.identity()) : first.identity,
                tree == null ? other.tree : tree,
                both);
    }

    private static List<Supplier<String>> joined(List<Supplier<String>> ones, List<Supplier<String>> others) {
        List<Supplier<String>> all = new ArrayList<>();
        for (Supplier<String> one : ones) {
            for (Supplier<String> other : others) {
                all.add(() -> joined(one.get(), other.get()));
            }
        }
        return List.copyOf(all);
    }

    private static String joined(String one, String other) {
        return Digests.fingerprint((one + " " + other).getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Supplier<String> join(@Nullable Supplier<String> one, @Nullable Supplier<String> other) {
        return one == null || other == null ? null : () -> joined(one.get(), other.get());
    }

    private @Nullable Supplier<String> identity() {
        return identity == null && !alternatives.isEmpty() ? alternatives.get(0) : identity;
    }

    /**
     * What the same signed content has in common, for each verifier that has accepted it: in the same order, whichever they are. None
     * when it may come for several events, or nothing is signed.
     */
    List<String> fingerprints() {
        List<String> known = knownFingerprints;
        if (known == null) {
            known = switch (alternatives.size()) {
                case 0 -> List.of();
                case 1 -> List.of(alternatives.get(0).get());
                default ->
                    alternatives.stream().map(Supplier::get).distinct().sorted().toList();
            };
            knownFingerprints = known;
        }
        return known;
    }

    /** The id of an event that has none of its own. */
    String identityOfContent() {
        if (identity != null) {
            return identity.get();
        }
        return switch (alternatives.size()) {
            case 0 -> UUID.randomUUID().toString();
            case 1 -> fingerprints().get(0);
            default -> alternatives.get(0).get();
        };
    }

    Places places() {
        return places;
    }

    boolean covers(ValueSelector part) {
        return covered.test(part);
    }

    /** The payload, when the verifier has read it. */
    @Nullable JsonNode tree() {
        return tree;
    }

    byte[] body() {
        return request.body();
    }

    /** The query; empty when it is not signed. */
    String query() {
        return covers(ANY_PARAMETER) ? request.query() : "";
    }

    /** Whether the method is one whose requests have no body. */
    boolean isBodyless() {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    /** The fields that say how the body is written; none when they are not signed. */
    HeaderIndex.ContentHeaders content() {
        if (isEverything()) {
            return request.fields().content();
        }
        String type = value(CONTENT_TYPE);
        String encoding = value(CONTENT_ENCODING);
        return new HeaderIndex.ContentHeaders(type, encoding.isEmpty() ? null : encoding, false);
    }

    /** Whether the request says that its body is of another of the media types. It can only be refused for that. */
    boolean contradicts(MediaType type, List<MediaType> mediaTypes) {
        try {
            String said = request.fields().first("Content-Type");
            String name = said == null ? "" : MediaType.parse(said).name();
            return !name.equals(type.name())
                    && mediaTypes.stream().anyMatch(other -> other.name().equals(name));
        } catch (UnsupportedException e) {
            return false;
        }
    }

    /** Whether the attributes of a CloudEvent are in the header, and signed. */
    boolean hasCloudEventAttributes() {
        return !value(CLOUD_EVENT).isEmpty();
    }

    /** The value of a header field or query parameter; empty when it is missing, or not signed. */
    String value(ValueSelector part) {
        if (!covers(part)) {
            return "";
        }
        List<String> values = part.kind == ValueSelector.SelectorType.HEADER && !isEverything()
                // Only the first was signed.
                ? part.values(request.headers(part.name).stream().limit(1).toList())
                : BodyParser.untrusted(part, request);
        return values.isEmpty() ? "" : values.get(0);
    }
}
