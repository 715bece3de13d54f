package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.BodyParser.UnsupportedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A view of a genuine request that exposes only the data covered by its verifiers: the only source of the id, the type and the
 * payload of an event. Has no method that returns an unsigned header field or query parameter. Immutable.
 *
 * <p>A sender that is identified by a token, an address or a certificate is trusted, so its whole request counts. If a signature
 * covers neither the body nor parameters (Mailgun), the body is still the payload, but it does not distinguish events.
 */
final class SignedData {

    static final ValueSelector BODY = ValueSelector.bodyOrRoot("");
    static final ValueSelector ANY_PARAMETER = ValueSelector.query("*");

    private final WebhookRequest request;
    private final Coverage covered;

    /**
     * The fingerprints of the signed content, one for each verifier that accepted it; empty if the same content may be sent for
     * several events.
     */
    private final List<Supplier<String>> alternatives;

    private final @Nullable Supplier<String> identity;
    private final @Nullable JsonNode tree;
    private final DefaultSelectors defaultSelectors;

    /** The values of the suppliers, cached because a fingerprint is expensive. */
    private @Nullable List<String> knownFingerprints;

    /**
     * The locations of event data in the data that a verifier covers.
     *
     * @param mediaTypes the possible media types of the bodies; empty if the service sends any
     * @param typeOf derives the event type from the payload, if no single location contains it
     */
    record DefaultSelectors(
            List<MediaType> mediaTypes,
            @Nullable ValueSelector eventId,
            @Nullable ValueSelector eventType,
            @Nullable Function<JsonNode, String> typeOf) {

        static final DefaultSelectors NONE = new DefaultSelectors(List.of(), null, null, null);

        DefaultSelectors or(DefaultSelectors other) {
            boolean typed = eventType != null || typeOf != null;
            return new DefaultSelectors(
                    mediaTypes.isEmpty() ? other.mediaTypes : mediaTypes,
                    eventId == null ? other.eventId : eventId,
                    typed ? eventType : other.eventType,
                    typed ? typeOf : other.typeOf);
        }
    }

    private SignedData(
            WebhookRequest request,
            Coverage covered,
            List<Supplier<String>> alternatives,
            @Nullable Supplier<String> identity,
            @Nullable JsonNode tree,
            DefaultSelectors defaultSelectors) {
        this.request = request;
        this.covered = covered;
        this.alternatives = alternatives;
        this.identity = identity;
        this.tree = tree;
        this.defaultSelectors = defaultSelectors;
    }

    /** The whole request of a trusted sender. */
    static SignedData wholeRequest(WebhookRequest request, DefaultSelectors defaultSelectors) {
        return wholeRequest(request, null, defaultSelectors);
    }

    /**
     * The whole request of a trusted sender.
     *
     * @param identity the id of an event without an id of its own; null if each request is another event
     */
    static SignedData wholeRequest(
            WebhookRequest request, @Nullable Supplier<String> identity, DefaultSelectors defaultSelectors) {
        return new SignedData(request, Coverage.ALL, List.of(), identity, null, defaultSelectors);
    }

    /**
     * The signed part of a request.
     *
     * @param fingerprint the same for the same signed content only, including the signing time; null if the same content may be
     *     sent for several events
     * @param identity the id of an event without an id of its own; null to use the fingerprint
     * @param tree the payload, if the body is covered only in part
     */
    static SignedData of(
            WebhookRequest request,
            Predicate<ValueSelector> covered,
            @Nullable Supplier<String> fingerprint,
            @Nullable Supplier<String> identity,
            @Nullable JsonNode tree,
            DefaultSelectors defaultSelectors) {
        return new SignedData(
                request,
                Coverage.of(covered),
                fingerprint == null ? List.of() : List.of(fingerprint),
                identity,
                tree,
                defaultSelectors);
    }

    /** A copy that is also known by the fingerprints of other verifiers. */
    SignedData withFingerprintsOf(List<Supplier<String>> others) {
        List<Supplier<String>> all = new ArrayList<>(alternatives);
        all.addAll(others);
        return new SignedData(request, covered, List.copyOf(all), identity(), tree, defaultSelectors);
    }

    List<Supplier<String>> alternatives() {
        return alternatives;
    }

    boolean isWholeRequest() {
        return covered == Coverage.ALL;
    }

    /** The data covered by two verifiers that both accepted the request. */
    SignedData and(SignedData other) {
        DefaultSelectors both = defaultSelectors.or(other.defaultSelectors);
        if (isWholeRequest() || other.isWholeRequest()) {
            SignedData signed = isWholeRequest() ? other : this;
            boolean isEither = alternatives.isEmpty() || other.alternatives.isEmpty();
            List<Supplier<String>> all = !isEither
                    ? joined(alternatives, other.alternatives)
                    : alternatives.isEmpty() ? other.alternatives : alternatives;
            boolean isTrusted = isWholeRequest() && other.isWholeRequest() && other.identity == null;
            return new SignedData(
                    request, signed.covered, all, isTrusted ? identity : signed.identity, signed.tree, both);
        }
        boolean mine = covers(BODY);
        boolean others = other.covers(BODY);
        // A signature that covers the body distinguishes events best; a signature of only the URL is the same for all
        // of them.
        SignedData first = others && !mine ? other : this;
        boolean joint = mine == others;
        return new SignedData(
                request,
                Coverage.of(covered.or(other.covered)),
                joint ? joined(alternatives, other.alternatives) : first.alternatives,
                joint ? join(identity(), other.identity()) : first.identity,
                mine || (!others && tree != null) ? tree : other.tree,
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
        return Hashing.fingerprint((one + " " + other).getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Supplier<String> join(@Nullable Supplier<String> one, @Nullable Supplier<String> other) {
        return one == null || other == null ? null : () -> joined(one.get(), other.get());
    }

    private @Nullable Supplier<String> identity() {
        return identity == null && !alternatives.isEmpty() ? alternatives.get(0) : identity;
    }

    /**
     * The fingerprints of the signed content, one for each verifier that accepted it, sorted. Empty if the same content may be
     * sent for several events, or nothing is signed.
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

    /** The id of an event without an id of its own. */
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

    DefaultSelectors defaultSelectors() {
        return defaultSelectors;
    }

    boolean covers(ValueSelector selector) {
        return covered.test(selector);
    }

    /** The payload, if the verifier has parsed it. */
    @Nullable JsonNode tree() {
        return tree;
    }

    byte[] body() {
        return request.body();
    }

    /** The query; empty if it is not signed. */
    String query() {
        return covers(ANY_PARAMETER) ? request.query() : "";
    }

    /** Whether requests with this method have no body. */
    boolean isBodyless() {
        return isBodyless(request.method());
    }

    static boolean isBodyless(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** The content header fields; empty if they are not signed. */
    HeaderIndex.ContentHeaders contentHeaders() {
        if (isWholeRequest()) {
            return request.headerIndex().contentHeaders();
        }
        if (!covered.hasContentHeaders()) {
            return HeaderIndex.ContentHeaders.NONE;
        }
        String type = value(Coverage.CONTENT_TYPE);
        String encoding = value(Coverage.CONTENT_ENCODING);
        return new HeaderIndex.ContentHeaders(type, encoding.isEmpty() ? null : encoding, false);
    }

    /** Whether the request declares another one of the media types. This can only cause a rejection. */
    boolean contradicts(MediaType type, List<MediaType> mediaTypes) {
        try {
            String declared = request.headerIndex().first("Content-Type");
            if (declared == null || declared.equals(type.name())) {
                // The common case.
                return false;
            }
            String name = MediaType.parse(declared).name();
            return !name.equals(type.name())
                    && mediaTypes.stream().anyMatch(other -> other.name().equals(name));
        } catch (UnsupportedException e) {
            return false;
        }
    }

    /** Whether the header has the attributes of a CloudEvent, and they are signed. */
    boolean hasCloudEventAttributes() {
        return covered.hasCloudEvent() && !value(Coverage.CLOUD_EVENT).isEmpty();
    }

    /** Returns the request with those header fields only that are signed. */
    WebhookRequest withoutUnsignedHeaders() {
        if (isWholeRequest()) {
            return request;
        }
        Map<String, List<String>> signed = new TreeMap<>();
        for (String name : request.headers().keySet()) {
            String value = ownValue(ValueSelector.header(name));
            if (!value.isEmpty()) {
                signed.put(name, List.of(value));
            }
        }
        return WebhookRequest.of(request.method(), request.path(), query(), signed, request.body());
    }

    /** The value of a header field or query parameter; empty if it is missing or not signed. */
    String value(ValueSelector selector) {
        ValueSelector alternative = selector.alternative;
        String value = ownValue(selector);
        return value.isEmpty() && alternative != null ? value(alternative) : value;
    }

    private String ownValue(ValueSelector selector) {
        if (!covers(selector)) {
            return "";
        }
        if (selector.type == ValueSelector.SelectorType.HEADER && !isWholeRequest()) {
            // Only the first value was signed.
            String value = request.headerIndex().first(selector.name);
            return value == null ? "" : selector.first(value);
        }
        List<String> values = BodyParser.unverifiedValues(selector, request);
        return values.isEmpty() ? "" : values.get(0);
    }
}
