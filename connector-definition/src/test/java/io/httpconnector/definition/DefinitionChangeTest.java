package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.DefinitionChange.ChangeKind;
import io.httpconnector.definition.DefinitionChange.Impact;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the consequences of a newer version of a connector document. */
class DefinitionChangeTest {

    private static final String OLD = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            inputs:
              - {name: region, label: Region, default: eu}
            connection: {baseUrl: "https://{{auth.region}}.example.com", totalTimeout: PT20S}
            auth:
              key:
                type: custom
                fields: [{name: key, label: Key, secret: true}]
                headers: {X-Key: "{{auth.key}}"}
              oauth2:
                type: oauth2-authorization-code
                authorizationUrl: https://auth.example.com/authorize
                tokenUrl: https://auth.example.com/token
                scopes: [read]
            requests:
              get-order: {method: GET, url: "/orders/{{order.id}}"}
              list-orders: {method: GET, url: /orders, records: {path: /orders}}
            triggers:
              orders:
                request: {method: GET, url: /orders, query: [{name: since, value: "{{cursor}}"}]}
                records: {path: /orders}
                key: [/id]
                cursor: {timestamp: /updated}
                schedule: {every: PT5M}
              customers:
                request: {method: GET, url: /customers}
                key: [/id]
            webhooks:
              paid:
                verify: [{type: preset, name: github, secrets: [hook]}]
                key: {body: /id}
            """;

    private static List<DefinitionChange> changes(String text, String replacement) {
        assertThat(OLD).contains(text);
        return ConnectorDefinition.parse(OLD)
                .changes(ConnectorDefinition.parse(
                        OLD.replace("version: 1.0.0", "version: 1.1.0").replace(text, replacement)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            .example.com", totalTimeout | .example.org", totalTimeout | BASE_URL | STATE | /connection/baseUrl | another URL
            PT20S                 | PT30S                    | CONNECTION       | NONE        | /connection/totalTimeout | next requests
            default: eu}          | default: us}             | INPUT            | NONE        | /inputs/0                | checked again
            label: Region, default: eu | label: Region       | REQUIRED_INPUT   | CUSTOMER    | /inputs/0                | must enter it
            [read]                | [read, write]            | SCOPES           | CUSTOMER    | /auth/oauth2/scopes      | [write]
            [read]                | [list]                   | SCOPES           | CUSTOMER    | /auth/oauth2/scopes      | [list]
            scopes: [read]        | refreshBefore: PT2M      | SCOPES           | NONE        | /auth/oauth2/scopes      | keep their scopes
            com/token             | com/oauth/token          | AUTHORIZATION    | CUSTOMER    | /auth/oauth2/tokenUrl    | former authorization server
            oauth2:               | oauth:                   | REMOVED_STRATEGY | CUSTOMER    | /auth/oauth2             | choose another way
            oauth2:               | oauth:                   | ADDED_STRATEGY   | NONE        | /auth/oauth              | may choose
            X-Key:                | X-Api-Key:               | STRATEGY         | NONE        | /auth/key/headers        | next requests
            get-order:            | read-order:              | REMOVED_REQUEST  | APPLICATION | /requests/get-order      | code that sends
            get-order:            | read-order:              | ADDED_REQUEST    | NONE        | /requests/read-order     | can be sent
            {{order.id}}          | {{order.shop}}/{{order.id}} | REQUEST_VALUES | APPLICATION | /requests/get-order     | [order.shop]
            url: /orders, records | url: /sales, records     | REQUEST          | NONE        | /requests/list-orders/url | sent next
            orders:@              | sales:@                  | REMOVED_TRIGGER  | APPLICATION | /triggers/orders         | polls no more
            PT5M                  | PT1M                     | TRIGGER          | NONE        | /triggers/orders/schedule | next poll
            {timestamp: /updated} | {timestamp: /modified}   | CURSOR           | STATE       | /triggers/orders/cursor  | next poll is a first poll
            key: [/id]@    cursor | key: [/uid]@    cursor   | KEY              | STATE       | /triggers/orders/key     | but not the position
            key: [/id]@    cursor | key: [/id]@    version: [/v]@    cursor | RECORD_VERSION | STATE | /triggers/orders/version | but not the position
            key: [/id]@webhooks   | key: [/uid]@webhooks     | KEY              | STATE       | /triggers/customers/key  | next poll is a first poll
            /customers}           | /clients}                | QUERY            | STATE       | /triggers/customers/request | former query
            paid:                 | payment:                 | REMOVED_WEBHOOK  | APPLICATION | /webhooks/paid           | 404
            paid:                 | payment:                 | ADDED_WEBHOOK    | APPLICATION | /webhooks/payment        | registered at the service
            [hook]                | [hook, newHook]          | WEBHOOK_SECRET   | CUSTOMER    | /webhooks/paid           | [newHook]
            github                | shopify                  | WEBHOOK_VERIFICATION | APPLICATION | /webhooks/paid/verify | former way
            {body: /id}           | {body: /order/id}        | WEBHOOK_EVENTS   | STATE       | /webhooks/paid/key       | may not be recognized
            """)
    void changeHasConsequence(
            String text, String replacement, ChangeKind kind, Impact impact, String pointer, String consequence) {
        assertThat(changes(text.replace("@", "\n"), replacement.replace("@", "\n")))
                .anySatisfy(change -> {
                    assertThat(change.kind()).isEqualTo(kind);
                    assertThat(change.impact()).isEqualTo(impact);
                    assertThat(change.pointer()).isEqualTo(pointer);
                    assertThat(change.consequence()).contains(consequence);
                })
                .isSortedAccordingTo((one, other) -> other.impact().compareTo(one.impact()));
    }

    @Test
    void newInputsConcernTheirStrategy() {
        List<DefinitionChange> used = changes(
                "fields: [{name: key, label: Key, secret: true}]\n    headers: {X-Key: \"{{auth.key}}\"}",
                "fields: [{name: key, label: Key, secret: true}, {name: shop, label: Shop}]\n"
                        + "    headers: {X-Key: \"{{auth.key}}\", X-Shop: \"{{auth.shop}}\"}");
        assertThat(used)
                .filteredOn(change -> change.kind() == ChangeKind.REQUIRED_INPUT)
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.concerns("key")).isTrue();
                    assertThat(change.concerns("oauth2")).isFalse();
                    assertThat(change).hasToString("CUSTOMER /auth/key/fields/1: customers must enter \"shop\"");
                });
    }

    @Test
    void equalDocumentsHaveNoChanges() {
        assertThat(changes("title: Shop", "title: The shop")).isEmpty();
        assertThatThrownBy(() -> changes("id: shop", "id: store"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("another connector");
        assertThatThrownBy(() -> ConnectorDefinition.parse(OLD).changes(null))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
