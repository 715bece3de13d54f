package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import java.time.Duration;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The methods of {@link WebhookReceiverBuilder} that set plain values. */
abstract class ReceiverOptionsBuilder {

    final ReceiverDefinition definition = new ReceiverDefinition();
    final ReceiverOptions options = new ReceiverOptions();

    ReceiverOptionsBuilder() {}

    abstract WebhookReceiverBuilder self();

    /**
     * Sets the response to accepted events.
     *
     * @param response a response with a 2xx status; {@code 200 {"status":"ok"}} by default
     * @return this builder
     */
    public WebhookReceiverBuilder response(WebhookResponse response) {
        definition.replacedByCode("response");
        options.fixedResponse = response;
        return self();
    }

    /**
     * Sets the response to accepted events, instead of {@link #response}: JSON with pills of the event, which are {@code
     * event.id}, {@code event.type}, {@code event.key}, {@code event.time}, {@code event.payload}, {@code event.headers} and
     * {@code event.query}.
     *
     * @param status a 2xx status
     * @param template such as {@code {"received": "{{event.payload.id}}"}}
     * @return this builder
     */
    public WebhookReceiverBuilder responseJson(int status, String template) {
        definition.replacedByCode("responseJson");
        options.responseStatus = status;
        options.responseTemplate = template;
        return self();
    }

    /**
     * Sets the time limit of a handler: when it expires, the thread is interrupted and the event counts as not handled.
     *
     * @param time 10 ms to 10 minutes; 10 seconds by default, because many senders wait no longer
     * @return this builder
     */
    public WebhookReceiverBuilder deadline(Duration time) {
        definition.replacedByCode("deadline");
        options.deadline = time;
        return self();
    }

    /**
     * Sets the deduplication window: repetitions of handled events are acknowledged but not handled again.
     *
     * @param window 0 to 30 days; 24 hours by default
     * @param max the maximum number of remembered events, 1 to 10 million; 100,000 by default, at about 150 bytes each
     * @return this builder
     */
    public WebhookReceiverBuilder remember(Duration window, int max) {
        definition.replacedByCode("remember");
        options.window = window;
        options.maxIds = max;
        return self();
    }

    /**
     * Sets the allowed methods.
     *
     * @param all such as {@code POST}, which is the default; {@code GET} for services that put all data into the query
     * @return this builder
     */
    public WebhookReceiverBuilder methods(String... all) {
        definition.replacedByCode("methods");
        options.methods = new TreeSet<>(Arguments.all(all, "methods"));
        return self();
    }

    /**
     * Sets the location of the event id; by default, the location given by the verifier. The id is used only if it is signed:
     * without a signed id, events are distinguished by their signed content. If nothing is signed and there is no id, each
     * request is a new event.
     *
     * @param location such as {@code ValueSelector.body("/id")}
     * @return this builder
     */
    public WebhookReceiverBuilder id(ValueSelector location) {
        options.id = location;
        return self();
    }

    /**
     * Sets the location of the event type; by default, the location given by the verifier. The type is used only if it is signed.
     *
     * @param location such as {@code ValueSelector.body("/type")}
     * @return this builder
     */
    public WebhookReceiverBuilder type(ValueSelector location) {
        options.type = location;
        return self();
    }

    /**
     * Sets the location of the ordering key: events with the same key are handled in order of arrival. The key is used only if it
     * is signed.
     *
     * @param location such as {@code ValueSelector.body("/customer/id")}
     * @return this builder
     */
    public WebhookReceiverBuilder key(ValueSelector location) {
        options.key = location;
        return self();
    }

    /**
     * Sets the location of the tenant, for services that send the events of all tenants to one URL. Several locations are
     * alternatives ({@link ValueSelector#or}): the first one with a known tenant applies, otherwise the first one with a value. In a
     * batch, the tenant may be in the element or beside the list. The tenant is used only if it is signed; ids and keys of events start
     * with it.
     *
     * @param location such as {@code ValueSelector.body("/team_id").or(ValueSelector.body("/team/id"))}
     * @return this builder
     */
    public WebhookReceiverBuilder tenant(ValueSelector location) {
        options.tenant = location;
        return self();
    }

    /**
     * Sets the location of a list of events: each element becomes an event, and selectors of the body then apply to the element.
     *
     * @param pointer a JSON pointer, such as {@code /events}; empty if the body itself is a list
     * @return this builder
     */
    public WebhookReceiverBuilder each(String pointer) {
        options.each = ValueSelector.bodyOrRoot(Arguments.notNull(pointer, "each"));
        return self();
    }

    /**
     * Parses a text field of the body that contains JSON, such as the form field {@code payload} of GitHub and Slack, or {@code
     * Message} of Amazon SNS: the parsed tree replaces the text, also for other selectors of the body. Text that is not JSON is
     * kept; a request with an empty text is rejected as malformed.
     *
     * @param pointer a JSON pointer, such as {@code /payload}
     * @return this builder
     */
    public WebhookReceiverBuilder jsonIn(String pointer) {
        options.jsonIn = ValueSelector.body(Arguments.notNull(pointer, "jsonIn"));
        return self();
    }

    /**
     * Sets the media type of the bodies. By default, the verifier determines it. Otherwise {@code Content-Type} is used if it is
     * signed, or if the sender is identified by a token, an address or a certificate; if neither applies, the format is detected
     * from the body.
     *
     * @param mediaType such as {@code application/json}
     * @return this builder
     */
    public WebhookReceiverBuilder readAs(String mediaType) {
        definition.replacedByCode("readAs");
        options.mediaType = mediaType;
        return self();
    }

    /**
     * Sets the public URL of this receiver, which some services sign.
     *
     * @param url such as {@code https://app.example.com/hooks/leads}, exactly as registered at the service: {@code http} or
     *     {@code https}, with a host, without user, query and fragment; null if unknown
     * @return this builder
     * @throws InvalidDefinitionException if the URL is invalid
     */
    public WebhookReceiverBuilder publicUrl(@Nullable String url) {
        options.setPublicUrl(url);
        return self();
    }

    /**
     * Sets the number of trusted proxies in front of the server. Each adds the address it has seen to {@code X-Forwarded-For};
     * all other entries of that header field are untrusted.
     *
     * @param hops 0 (the default) to 10
     * @return this builder
     */
    public WebhookReceiverBuilder trustedHops(int hops) {
        definition.replacedByCode("trustedHops");
        options.hops = hops;
        return self();
    }

    /**
     * Limits the rate of requests per source, genuine or not; excess requests are rejected with status 429.
     *
     * @param max 1 to a million requests; no limit by default
     * @param period 1 second to 24 hours
     * @return this builder
     */
    public WebhookReceiverBuilder limitPerSource(int max, Duration period) {
        definition.replacedByCode("limitPerSource");
        options.maxPerSource = max;
        options.period = period;
        options.limited = true;
        return self();
    }

    /**
     * Sets the maximum size of a body.
     *
     * @param bytes 1 byte to 100 MB; 1 MB by default
     * @return this builder
     */
    public WebhookReceiverBuilder maxBody(int bytes) {
        definition.replacedByCode("maxBody");
        options.maxBody = bytes;
        return self();
    }

    /**
     * Sets the maximum time in which a sender must transmit the body.
     *
     * @param time 10 ms to 10 minutes; 10 seconds by default
     * @return this builder
     */
    public WebhookReceiverBuilder bodyTimeout(Duration time) {
        definition.replacedByCode("bodyTimeout");
        options.bodyTimeout = time;
        return self();
    }
}
