package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The type of a GitHub event is derived from its body, because the header field with its name is not signed. */
class GitHubEventsTest {

    private final List<WebhookEvent> events = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"zen\":\"x\",\"hook_id\":1,\"hook\":{}} | ping",
                "{\"ref\":\"refs/heads/main\",\"before\":\"0\",\"after\":\"1\",\"commits\":[],\"pusher\":{}} | push",
                "{\"action\":\"opened\",\"issue\":{\"id\":1},\"repository\":{},\"sender\":{}} | issues.opened",
                "{\"action\":\"created\",\"issue\":{},\"comment\":{}} | issue_comment.created",
                "{\"action\":\"closed\",\"number\":7,\"pull_request\":{}} | pull_request.closed",
                "{\"action\":\"submitted\",\"review\":{},\"pull_request\":{}} | pull_request_review.submitted",
                "{\"action\":\"deleted\",\"comment\":{},\"pull_request\":{}} | pull_request_review_comment.deleted",
                "{\"action\":\"published\",\"release\":{}} | release.published",
                "{\"action\":\"created\",\"deployment\":{},\"workflow_run\":null} | deployment.created",
                "{\"ref\":\"x\",\"ref_type\":\"branch\",\"master_branch\":\"main\"} | create",
                "{\"ref\":\"x\",\"ref_type\":\"branch\",\"pusher_type\":\"user\"} | delete",
                "{\"action\":\"deleted\",\"repository\":{},\"sender\":{}} | ''",
                "{\"action\":\"requested\",\"requestor\":{},\"reviewers\":[],\"workflow_run\":{}} | deployment_review.requested",
                "{\"action\":\"approved\",\"comment\":\"ok\",\"reviewers\":[],\"workflow_run\":{}} | deployment_review.approved",
                "{\"action\":\"requested\",\"deployment_callback_url\":\"u\",\"deployment\":{}} | deployment_protection_rule.requested",
                "{\"action\":5,\"issue\":{}} | issues",
                "{\"action\":\"opened\\nx\",\"issue\":{}} | issues",
                "[] | ''",
            })
    void theTypeIsInTheBody(String body, String type) {
        Secret secret = Secret.of("s3cr3t");
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Signatures.github(secret))
                .jsonIn("/payload")
                .handler(events::add)
                .build();
        WebhookSigner signer = WebhookSigner.preset("github", secret);
        String form = "payload=" + URLEncoder.encode(body, UTF_8);

        receiver.receive(signer.sign(request("application/json", body)).header("X-GitHub-Event", "repository"));
        receiver.receive(signer.sign(request("application/x-www-form-urlencoded", form)));

        assertThat(events).extracting(WebhookEvent::type).containsExactly(type, type);
        assertThat(events.get(0).headers()).containsEntry("x-github-event", List.of("repository"));
    }

    private static WebhookRequest request(String type, String body) {
        return WebhookRequest.of("POST", "/", "", Map.of("Content-Type", List.of(type)), body.getBytes(UTF_8));
    }
}
