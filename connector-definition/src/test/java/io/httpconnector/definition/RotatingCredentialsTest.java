package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Tests credentials of documents that a vault replaces while an instance runs. */
@SuppressWarnings("try") // A connector is closed within the test.
class RotatingCredentialsTest {

    private static final String BUCKETS = """
            connector: 1
            id: buckets
            version: 1.0.0
            title: Buckets
            inputs:
              - {name: url, label: URL}
            connection:
              baseUrl: "{{auth.url}}"
            auth:
              key:
                type: aws
                region: eu-central-1
                service: execute-api
                accessKeyId: "{{auth.keyId}}"
                secretAccessKey: "{{auth.key}}"
                sessionToken: "{{auth.session}}"
                fields:
                  - {name: keyId, label: Access key ID, secret: true}
                  - {name: key, label: Secret access key, secret: true}
                  - {name: session, label: Session token, secret: true}
            requests:
              list: {method: GET, url: /items}
            """;

    @Test
    void awsKeyIdRotatesTogetherWithTheKey() {
        Map<String, String> vault =
                new ConcurrentHashMap<>(Map.of("keyId", "ASIAFIRST", "key", "k-first", "session", "s-first"));
        try (MockService service = MockService.start();
                Connector acme = ConnectorDefinition.parse(BUCKETS)
                        .connect(ConnectorContext.forTenant("acme")
                                .value("url", service.baseUrl())
                                .secrets(reference -> Secret.from(() -> vault.get(reference.name())))
                                .build())) {
            service.on("GET", "/items", MockResponse.json("[]"));
            acme.request("list").send();
            vault.putAll(Map.of("keyId", "ASIASECOND", "key", "k-second", "session", "s-second"));
            acme.request("list").send();

            assertThat(service.requests())
                    .extracting(request ->
                            request.header("Authorization").orElseThrow().replaceAll("/.*", ""))
                    .containsExactly("AWS4-HMAC-SHA256 Credential=ASIAFIRST", "AWS4-HMAC-SHA256 Credential=ASIASECOND");
            assertThat(service.requests())
                    .extracting(
                            request -> request.header("X-Amz-Security-Token").orElseThrow())
                    .containsExactly("s-first", "s-second");

            service.on("GET", "/items", MockResponse.status(403).body("text/plain", "unknown key ASIASECOND"));
            assertThatThrownBy(() -> acme.request("list").send())
                    .isInstanceOfSatisfying(
                            StatusException.class,
                            e -> assertThat(e.exchange().orElseThrow().asHar())
                                    .contains("unknown key ***")
                                    .doesNotContain("ASIASECOND"));

            vault.put("keyId", "not valid");
            assertThatThrownBy(() -> acme.request("list").send())
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("access key id: it must consist of letters")
                    .hasMessageNotContaining("not valid");
        }
    }
}
