package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Temporary AWS credentials: of a role, of a web identity, and of a supplier that rotates them. */
class AwsRoleTest {

    private MockService service;
    private AwsRole role;

    @BeforeEach
    void start() {
        service = MockService.start();
        service.on("GET", "/queue", MockResponse.status(200));
        role = AwsRole.of("arn:aws:iam::1:role/reader").stsUrl(service.baseUrl() + "/sts");
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static MockResponse credentials(String action, String expiration) {
        return MockResponse.json("""
                {"%sResponse": {"%sResult": {"Credentials": {"AccessKeyId": "ASIA1", "SecretAccessKey": "temporary",
                 "SessionToken": "session", "Expiration": %s}}}}""".formatted(action, action, expiration));
    }

    private void send(AuthStrategy auth, int times) {
        try (HttpConnection connection = HttpConnection.named("AWS")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            for (int i = 0; i < times; i++) {
                connection.send(Request.get("/queue"));
            }
        }
    }

    private MockService.RecordedRequest last(String path) {
        return service.requests().stream()
                .filter(request -> request.uri().getPath().equals(path))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    void aRoleIsAssumedOnce() {
        service.on("POST", "/sts", credentials("AssumeRole", "4.1E9"));
        AwsAuth aws = AwsAuth.of("AKIA1", Secret.of("permanent"), "eu-west-1", "sqs");
        send(aws.assumeRole(role.sessionName("s-1").externalId("e-1").lifetime(Duration.ofHours(2))), 3);

        assertThat(service.requests())
                .filteredOn(request -> request.method().equals("POST"))
                .hasSize(1);
        assertThat(last("/sts").body().split("&"))
                .containsExactlyInAnyOrder(
                        "Action=AssumeRole",
                        "Version=2011-06-15",
                        "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Freader",
                        "RoleSessionName=s-1",
                        "ExternalId=e-1",
                        "DurationSeconds=7200");
        assertThat(last("/sts").header("Authorization").orElseThrow())
                .contains("Credential=AKIA1/", "/eu-west-1/sts/aws4_request");
        assertThat(last("/queue").header("Authorization").orElseThrow())
                .contains("Credential=ASIA1/", "/eu-west-1/sqs/aws4_request");
        assertThat(last("/queue").header("X-Amz-Security-Token")).contains("session");
    }

    /** STS responds with XML to a client that it does not know to prefer JSON, and compatible services always. */
    @ParameterizedTest
    @ValueSource(strings = {"AssumeRole", "AssumeRoleWithWebIdentity"})
    void aServiceRespondsWithXml(String action) {
        service.on("POST", "/sts", MockResponse.status(200).body("text/xml", """
                <?xml version="1.0"?>
                <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <%1$sResult>
                    <Credentials>
                      <AccessKeyId>ASIA1</AccessKeyId>
                      <SecretAccessKey>temporary</SecretAccessKey>
                      <SessionToken>session</SessionToken>
                      <Expiration>2099-01-01T00:00:00Z</Expiration>
                    </Credentials>
                  </%1$sResult>
                </%1$sResponse>""".formatted(action)));
        send(
                action.equals("AssumeRole")
                        ? AwsAuth.of("AKIA1", Secret.of("permanent"), "eu-west-1", "sqs")
                                .assumeRole(role)
                        : AwsAuth.webIdentity(role, Secret.of("jwt"), "eu-west-1", "sqs"),
                2);
        assertThat(service.requests())
                .filteredOn(request -> request.method().equals("POST"))
                .hasSize(1);
        assertThat(last("/queue").header("Authorization").orElseThrow())
                .contains("Credential=ASIA1/", "/eu-west-1/sqs/aws4_request");
        assertThat(last("/queue").header("X-Amz-Security-Token")).contains("session");
    }

    @Test
    void expiredCredentialsAreReplaced() {
        service.on("POST", "/sts", credentials("AssumeRole", "1.0E9"));
        AwsAuth aws = AwsAuth.of("AKIA1", Secret.of("permanent"), "eu-west-1", "sqs");
        send(aws.assumeRole(role), 1);
        assertThat(last("/queue").header("X-Amz-Security-Token")).contains("session");
    }

    @Test
    void aWebIdentityIsExchangedWithoutAKey() {
        service.on("POST", "/sts", credentials("AssumeRoleWithWebIdentity", "4.1E9"));
        send(AwsAuth.webIdentity(role, Secret.of("jwt"), "eu-west-1", "sqs"), 1);

        assertThat(last("/sts").body()).contains("Action=AssumeRoleWithWebIdentity", "WebIdentityToken=jwt");
        assertThat(last("/sts").header("Authorization")).isEmpty();
        assertThat(last("/queue").header("Authorization").orElseThrow()).contains("Credential=ASIA1/");
    }

    @Test
    void credentialsExpireByTheTimeSourceOfTheRole() {
        // The expiry is relative to the Date of the response.
        VirtualTime time = new VirtualTime(Instant.now());
        service.on(
                "POST",
                "/sts",
                credentials(
                        "AssumeRoleWithWebIdentity", String.valueOf(time.now().getEpochSecond() + 3600)));
        AuthStrategy auth = AwsAuth.webIdentity(role.timeSource(time), Secret.of("jwt"), "eu-west-1", "sqs");
        try (HttpConnection connection = HttpConnection.named("AWS")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(Request.get("/queue"));
            time.advance(Duration.ofMinutes(50));
            connection.send(Request.get("/queue"));
            assertThat(last("/queue").header("X-Amz-Date").orElseThrow())
                    .startsWith(time.now().toString().replaceAll("[-:]", "").substring(0, 13));
            time.advance(Duration.ofMinutes(10));
            connection.send(Request.get("/queue"));
        }
        assertThat(service.requests())
                .filteredOn(request -> request.method().equals("POST"))
                .hasSize(2);
    }

    @Test
    void aRejectedRoleIsReported() {
        service.on(
                "POST",
                "/sts",
                MockResponse.status(403).body("application/json", "{\"Error\": {\"Code\": \"AccessDenied\"}}"));
        AuthStrategy auth =
                AwsAuth.of("AKIA1", Secret.of("permanent"), "eu-west-1", "sqs").assumeRole(role);
        assertThatThrownBy(() -> send(auth, 1))
                .isInstanceOf(LoginException.class)
                .hasMessageNotContaining("permanent");
    }

    @Test
    void credentialsRotate() {
        AtomicInteger number = new AtomicInteger();
        AwsAuth aws = AwsAuth.of(
                () -> AwsCredentials.of("ASIA" + number.incrementAndGet(), Secret.of("k"))
                        .sessionToken(Secret.of("t" + number.get())),
                "eu-west-1",
                "sqs");
        send(aws, 2);
        assertThat(last("/queue").header("Authorization").orElseThrow()).contains("Credential=ASIA2/");
        assertThat(last("/queue").header("X-Amz-Security-Token")).contains("t2");
    }

    @Test
    void invalidValuesAreReported() {
        assertThatThrownBy(() -> AwsRole.of("reader")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> role.lifetime(Duration.ofMinutes(1))).hasMessageContaining("15 minutes to 12 hours");
        assertThatThrownBy(() -> role.sessionName("a b")).hasMessageContaining("session name");
        assertThatThrownBy(() -> role.stsUrl("/sts")).hasMessageContaining("not absolute");
        assertThatThrownBy(() -> AwsCredentials.of("a b", Secret.of("x"))).hasMessageContaining("access key id");
        assertThat(AwsCredentials.of("AKIA1", Secret.of("s3cret"))).hasToString("AwsCredentials AKIA1");
    }
}
