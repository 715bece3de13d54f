package io.httpconnector.spring.autoconfigure;

import io.httpconnector.webhook.server.WebhookServlet;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;

/** Passes requests of webhooks to their receivers, before other filters and the dispatcher servlet read their bodies. */
final class WebhookFilter implements Filter {

    private final ConnectorWebhooks webhooks;
    private final WebhookServlet servlet;

    WebhookFilter(ConnectorWebhooks webhooks) {
        this.webhooks = webhooks;
        this.servlet = WebhookServlet.of(webhooks);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http
                && webhooks.endpointAt(http.getRequestURI()).isPresent()) {
            servlet.service(request, response);
        } else {
            chain.doFilter(request, response);
        }
    }
}
