package io.httpconnector.webhook.subscription;

import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.ValueTemplate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request that lists subscriptions, and where its response contains what. Immutable.
 *
 * @param request the request; the pill {@code {{page.next}}} is the value of {@code next} of the previous page
 * @param records the list in the response
 * @param id the id in a record
 * @param read the request that reads a record, if the list contains only parts of it
 * @param url the URL of the receiver in a record; null if all records that match are ours
 * @param expiry the end of the lifetime in a record
 * @param matching texts that values of a record must equal, so that another subscription with the same URL is not ours
 * @param next the token or absolute URL of the next page
 */
record SubscriptionList(
        RequestTemplate request,
        ServiceValue records,
        ServiceValue id,
        @Nullable RequestTemplate read,
        @Nullable ServiceValue url,
        @Nullable ServiceValue expiry,
        Map<ServiceValue, ValueTemplate> matching,
        @Nullable ServiceValue next) {

    static final String PAGE = "page";

    static @Nullable SubscriptionList read(JsonObjectReader reader, SubscriptionPills pills) {
        reader.require("request", "id");
        // "request": The request.
        RequestTemplate request = pills.template(reader, "request");
        // "records": The location of the list in the response. Default: the whole response.
        ServiceValue records = SubscriptionDefinition.location(reader, "records", ServiceValue.RESPONSE);
        // "id": The location of the id in a record.
        ServiceValue id = SubscriptionDefinition.location(reader, "id", ServiceValue.RECORD);
        // "read": The request that reads a listed record by `{{subscription.id}}`, if the list does not contain its
        // URL:
        // `url` and `expiry` are then locations in its response, as `record`.
        RequestTemplate read = pills.template(reader, "read");
        // "url": The location of the URL of the receiver in a record. Default: each record that fulfils `matching` is
        // ours, because the service has one URL for all of them.
        ServiceValue url = SubscriptionDefinition.location(reader, "url", ServiceValue.RECORD);
        // "expiry": The location of the end of the lifetime in a record.
        ServiceValue expiry = SubscriptionDefinition.location(reader, "expiry", ServiceValue.RECORD);
        Map<ServiceValue, ValueTemplate> matching = new LinkedHashMap<>();
        // "matching": Texts by the locations in a listed record that they must equal. A record with our URL that does
        // not match belongs to another subscription.
        reader.textMap("matching")
                .forEach((at, text) -> reader.attempt(
                        "matching",
                        () -> matching.put(ServiceValue.of(at, ServiceValue.RECORD), ValueTemplate.of(text))));
        // "next": The location of the token or the absolute URL of the next page.
        ServiceValue next = SubscriptionDefinition.location(reader, "next", ServiceValue.RESPONSE);
        if (url == null && matching.isEmpty()) {
            reader.problem(
                    "url",
                    "it is missing: set the location of the URL in a record, such as /url, or tell our subscriptions apart by matching");
        }
        return request == null || id == null
                ? null
                : new SubscriptionList(
                        request,
                        records == null ? ServiceValue.of("", ServiceValue.RESPONSE) : records,
                        id,
                        read,
                        url,
                        expiry,
                        matching,
                        next);
    }
}
