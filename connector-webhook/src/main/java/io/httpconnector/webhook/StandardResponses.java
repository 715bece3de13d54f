package io.httpconnector.webhook;

/** Standard responses. They reveal nothing about the request or the reason for rejection. */
final class StandardResponses {

    static final WebhookResponse OK = WebhookResponse.json(200, "{\"status\":\"ok\"}");
    static final WebhookResponse BAD_REQUEST = error(400, "bad request");
    static final WebhookResponse UNAUTHORIZED = error(401, "unauthorized");
    static final WebhookResponse NOT_FOUND = error(404, "not found");
    static final WebhookResponse METHOD_NOT_ALLOWED = error(405, "method not allowed");
    static final WebhookResponse TOO_LARGE = error(413, "content too large");
    static final WebhookResponse UNSUPPORTED = error(415, "unsupported media type");
    static final WebhookResponse TOO_MANY = error(429, "too many requests").header("Retry-After", "10");
    static final WebhookResponse BUSY = error(503, "busy").header("Retry-After", "10");
    static final WebhookResponse FAILED = error(500, "not handled");

    private StandardResponses() {}

    private static WebhookResponse error(int status, String error) {
        return WebhookResponse.json(status, "{\"error\":\"" + error + "\"}");
    }
}
