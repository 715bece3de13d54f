package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that no member of a connector document is dropped because of its type. */
class MemberTypeTest {

    private static final String DOCUMENT = """
            connector: 1
            id: all
            version: 1.0.0
            title: All
            auth: {open: {type: none}}
            connection: {baseUrl: "https://service.example"}
            requests:
              plain: {title: Plain, method: GET, url: /plain, query: [{name: q, value: x}], responses: {2xx: {}}}
              list: {method: GET, url: /list, records: {path: /items}, pagination: {pages: {query: page}}}
              lookup: {method: POST, url: /graphql, graphql: {query: "query Q($id: ID) { a(id: $id) { id } }", variables: {id: "{{id}}"}}}
              export:
                title: Export
                method: POST
                url: /exports
                records: {path: /items}
                operation:
                  id: /id
                  status: {name: Status, method: GET, url: "/exports/{{operation.id}}"}
                  poll: {interval: PT2S, max: PT9S}
                  state: /state
                  running: [running]
                  done: [finished]
                  parameters: {size: 9}
                  values: {job: /job}
                  result: {url: /url, optional: true}
                  upload: [{name: Upload, method: PUT, url: "/exports/{{operation.id}}/data"}]
                  find:
                    request: {name: List, method: GET, url: /exports}
                    records: {path: /exports}
                    matching: {/name: "x-{{operation.key}}"}
                    id: /id
                  hosts: [files.example]
            triggers:
              polled:
                request: list
                schedule: {every: PT5M}
                key: [/id]
                version: [/t]
                rules: []
                retry: {maxAttempts: 2}
              ran:
                request:
                  title: Report
                  method: POST
                  url: /reports
                  body: {json: {since: "{{cursor | default('all')}}"}}
                  operation: {id: /id, status: {name: Report, method: GET, url: "/reports/{{operation.id}}"}, result: {url: /url}}
                  responses: {2xx: {}}
                records: {path: /items}
                schedule: {every: PT5M}
                key: [/id]
                cursor: {timestamp: /t}
              own:
                request: {method: POST, url: /reports, body: {json: {since: "{{cursor | default('all')}}"}}}
                operation: {id: /id, status: {name: Report, method: GET, url: "/reports/{{operation.id}}"}}
                schedule: {every: PT5M}
                key: [/id]
                cursor: {timestamp: /t}
              both:
                request: list
                schedule: {every: PT5M}
                key: [/id]
                version: [/t]
                hybrid: {webhook: changed, payload: {records: [/object]}}
              events:
                request: {title: Events, method: GET, url: /events}
                stream: {types: [created], key: /id, idleTimeout: PT1M}
            webhooks:
              changed: {title: Changed, verify: [{type: signature, secrets: [hook], definition: {algorithm: HmacSHA256, signature: [{header: X-Signature}], content: "{{body}}"}}]}
            """;

    private static final JsonNode SOURCE = source();
    private static final Map<JsonPointer, Optional<JsonNode>> WITHOUT = new LinkedHashMap<>();

    private static JsonNode source() {
        try {
            return new YAMLMapper().readTree(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the document without each of its members. */
    @BeforeAll
    static void readWithoutMembers() {
        for (JsonPointer at : members(SOURCE, JsonPointer.empty())) {
            WITHOUT.put(at, read(with(at, null)));
        }
    }

    private static List<JsonPointer> members(JsonNode json, JsonPointer at) {
        List<JsonPointer> all = new ArrayList<>();
        json.properties().forEach(member -> {
            JsonPointer pointer = at.appendProperty(member.getKey());
            all.add(pointer);
            all.addAll(members(member.getValue(), pointer));
        });
        if (json instanceof ArrayNode) {
            for (int i = 0; i < json.size(); i++) {
                all.addAll(members(json.get(i), at.appendIndex(i)));
            }
        }
        return all;
    }

    /** Returns the canonical form, or nothing if the document is invalid. */
    private static Optional<JsonNode> read(JsonNode document) {
        try {
            return Optional.of(ConnectorDefinition.parse(document.toString()).toJson());
        } catch (InvalidDefinitionException e) {
            return Optional.empty();
        }
    }

    /** Returns the document with another value of a member, or without it. */
    private static JsonNode with(JsonPointer at, @Nullable JsonNode value) {
        ObjectNode copy = SOURCE.deepCopy();
        JsonNode holder = copy.at(at.head());
        String name = at.last().getMatchingProperty();
        if (holder instanceof ArrayNode list) {
            int index = Integer.parseInt(name);
            JsonNode unused = value == null ? list.remove(index) : list.set(index, value);
        } else {
            JsonNode unused =
                    value == null ? ((ObjectNode) holder).remove(name) : ((ObjectNode) holder).set(name, value);
        }
        return copy;
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"/url\"", "7", "[\"a\"]", "null", "true", "\"\"", "{\"unknown\": 1}", "{}", "[]"})
    void aValueOfAnotherTypeIsNotDropped(String wrong) {
        JsonNode value = JsonSupport.parse(wrong);
        List<String> dropped = new ArrayList<>();
        WITHOUT.forEach((at, without) -> {
            boolean isOtherType = SOURCE.at(at).getNodeType() != value.getNodeType();
            if (isOtherType && without.isPresent() && read(with(at, value)).equals(without)) {
                dropped.add(at.toString());
            }
        });
        assertThat(dropped).isEmpty();
    }

    @Test
    void theDocumentIsValid() {
        assertThat(ConnectorDefinition.parse(DOCUMENT).triggers()).hasSize(5);
        assertThat(WITHOUT).hasSizeGreaterThan(100);
    }
}
