package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.webhook.EventReader.EventSelectors;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The options of a {@link WebhookReceiverBuilder} that are plain values: their defaults, their ranges, and their JSON. Not
 * thread-safe.
 */
final class ReceiverOptions {

    // Warnings belong to the configuration of the receiver.
    private static final Logger LOG = LoggerFactory.getLogger(WebhookLog.NAME);
    private static final int MEGABYTE = 1024 * 1024;
    private static final Pattern PUBLIC_URL = Pattern.compile(
            "(?i)https?://(?:[a-z0-9._~-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?(?:/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?");

    Set<String> methods = Set.of("POST");
    WebhookResponse fixedResponse = StandardResponses.OK;
    int responseStatus = 200;

    @Nullable String responseTemplate;

    Duration deadline = Duration.ofSeconds(10);
    Duration window = Duration.ofHours(24);
    int maxIds = 100_000;

    @Nullable ValueSelector id;

    @Nullable ValueSelector type;

    @Nullable ValueSelector key;

    @Nullable ValueSelector tenant;

    @Nullable ValueSelector each;

    @Nullable ValueSelector jsonIn;

    @Nullable String mediaType;

    @Nullable String publicUrl;

    int maxBody = MEGABYTE;
    int hops;
    int maxPerSource;
    boolean limited;
    Duration period = Duration.ofSeconds(1);
    Duration bodyTimeout = Duration.ofSeconds(10);

    void setPublicUrl(@Nullable String url) {
        if (url != null && !PUBLIC_URL.matcher(url).matches()) {
            throw new InvalidDefinitionException(
                    "publicUrl",
                    List.of("\"" + Texts.visible(url)
                            + "\" is not an http or https URL with a host, without user, query and fragment: use a URL such as"
                            + " https://app.example.com/hooks/leads"));
        }
        publicUrl = url;
    }

    /** Reports all options that are missing or out of range. */
    void check(List<String> problems) {
        if (fixedResponse == null || !fixedResponse.isAccepted()) {
            problems.add("response: the status must be 2xx, so that the sender does not retry");
        }
        if (responseStatus < 200 || responseStatus > 299) {
            problems.add("responseJson: the status must be 2xx, so that the sender does not retry");
        }
        if (methods.isEmpty() || !methods.stream().allMatch(method -> method.matches("[A-Z]{1,20}"))) {
            problems.add("methods: " + methods + " are invalid, use methods such as POST");
        }
        if (maxBody < 1 || maxBody > 100 * MEGABYTE) {
            problems.add("maxBody: " + maxBody + " is out of range, use 1 byte to 100 MB");
        }
        if (!within(bodyTimeout, Duration.ofMillis(10), Duration.ofMinutes(10))) {
            problems.add("bodyTimeout: " + bodyTimeout + " is out of range, use 10 ms to 10 minutes");
        }
        if (hops < 0 || hops > 10) {
            problems.add("trustedHops: " + hops + " is out of range, use 0 to 10");
        }
        boolean someLimit = maxPerSource >= 1 && maxPerSource <= 1_000_000;
        if (limited && (!someLimit || !within(period, Duration.ofSeconds(1), Duration.ofDays(1)))) {
            problems.add("limitPerSource: " + maxPerSource + " in " + period
                    + " is out of range, use 1 to a million in 1 second to 24 hours");
        }
        if (!within(deadline, Duration.ofMillis(10), Duration.ofMinutes(10))) {
            problems.add("deadline: " + deadline + " is out of range, use 10 ms to 10 minutes");
        }
        if (!within(window, Duration.ZERO, Duration.ofDays(30)) || maxIds < 1 || maxIds > 10_000_000) {
            problems.add("remember: " + window + " and " + maxIds
                    + " events are out of range, use at most 30 days and 1 to 10 million");
        }
        try {
            if (mediaType != null) {
                var unused = MediaType.defined(mediaType);
            }
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add("readAs: " + problem));
        }
    }

    /** The media type of all bodies; null if it is not set, or invalid. */
    @Nullable MediaType readAs() {
        try {
            return mediaType == null ? null : MediaType.defined(mediaType);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    private static boolean within(Duration duration, Duration min, Duration max) {
        return duration != null && duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0;
    }

    /** Writes the members that {@link ReceiverDefinitionCodec} reads. */
    void writeTo(ObjectNode json) {
        methods.forEach(json.putArray("methods")::add);
        json.set("response", ReceiverDefinitionCodec.toJson(Arguments.notNull(fixedResponse, "response")));
        if (responseTemplate != null) {
            json.putObject("responseJson").put("status", responseStatus).put("template", responseTemplate);
        }
        json.put("deadline", deadline.toString());
        json.putObject("remember").put("window", window.toString()).put("events", maxIds);
        Map<String, @Nullable ValueSelector> selectors = new LinkedHashMap<>();
        selectors.put("id", id);
        selectors.put("type", type);
        selectors.put("key", key);
        selectors.put("tenant", tenant);
        selectors.forEach((name, selector) -> {
            if (selector != null) {
                json.set(name, selector.toJson());
            }
        });
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        texts.put("each", each == null ? null : each.name);
        texts.put("jsonIn", jsonIn == null ? null : jsonIn.name);
        texts.put("readAs", mediaType);
        texts.put("publicUrl", publicUrl);
        texts.values().removeIf(Objects::isNull);
        texts.forEach(json::put);
        json.put("trustedHops", hops);
        if (limited) {
            json.putObject("limitPerSource").put("requests", maxPerSource).put("period", period.toString());
        }
        json.put("maxBody", maxBody).put("bodyTimeout", bodyTimeout.toString());
    }

    /** Whether the application has chosen a response. */
    boolean hasResponse() {
        return responseTemplate != null || fixedResponse != StandardResponses.OK;
    }

    /** Creates the response to accepted events; reports the problems of its template. */
    ResponseFactory responseFactory(List<String> problems) {
        WebhookResponse fixed = fixedResponse;
        if (responseTemplate != null) {
            try {
                return ResponseFactory.json(responseStatus, responseTemplate);
            } catch (InvalidDefinitionException e) {
                e.problems().forEach(problem -> problems.add("responseJson: " + problem));
            }
        }
        return event -> fixed;
    }

    EventSelectors selectors(String name, List<Verifier> all, @Nullable TenantRoutes routes) {
        List<ValueSelector> secretLocations =
                all.stream().flatMap(verifier -> verifier.secrets().stream()).toList();
        return new EventSelectors(
                name,
                id,
                type,
                key,
                each,
                jsonIn,
                TenantReader.of(tenant, routes),
                secretLocations,
                mediaType == null ? null : MediaType.defined(mediaType),
                maxBody);
    }

    /** Reports locations of the tenant that are never signed: an attacker could choose the tenant. */
    void checkTenant(List<Verifier> all, @Nullable TenantRoutes routes, List<String> problems) {
        ValueSelector location = tenant;
        if (location == null) {
            if (routes != null) {
                problems.add("tenant: the location of the tenant is missing: set it by tenant(...)");
            }
            return;
        }
        boolean signatures = !all.isEmpty() && all.stream().allMatch(SignatureVerifier.class::isInstance);
        for (ValueSelector one : TenantReader.alternatives(location)) {
            boolean isBody = one.type == ValueSelector.SelectorType.BODY;
            if (signatures
                    && !isBody
                    && all.stream().noneMatch(verifier -> ((SignatureVerifier) verifier).covers(one))) {
                problems.add("tenant: " + one
                        + " is not signed, so an attacker could choose the tenant; use a signed value");
            }
        }
    }

    /** Logs a warning for selectors that have no effect because their values are not signed. */
    void warnOfUnsigned(String name, List<Verifier> all) {
        boolean signatures = !all.isEmpty() && all.stream().allMatch(SigningVerifier.class::isInstance);
        Map<String, @Nullable ValueSelector> chosen = new LinkedHashMap<>();
        chosen.put("id", id);
        chosen.put("type", type);
        chosen.put("key", key);
        chosen.forEach((what, selector) -> {
            boolean read = selector == null
                    || (selector.type == ValueSelector.SelectorType.BODY && !what.equals("id"))
                    || all.stream()
                            .anyMatch(one -> one instanceof SigningVerifier signature && signature.covers(selector));
            if (signatures && !read) {
                LOG.warn(
                        "{}: {}({}) has no effect, because its value is not signed: an attacker who has seen a request could change it",
                        name,
                        what,
                        selector);
            }
        });
    }
}
