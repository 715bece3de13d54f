package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.configuration.WebhookPaths;
import io.httpconnector.webhook.server.WebhookServlet;
import jakarta.servlet.Filter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.web.server.WebFilter;

/**
 * Receives the requests of webhooks in the web server of the application. The filter precedes those that read bodies, and those of
 * Spring Security: the signature authenticates the sender.
 */
@AutoConfiguration(before = ConnectorsAutoConfiguration.class)
@EnableConfigurationProperties(ConnectorsProperties.class)
public class WebhookAutoConfiguration {

    /** After the filters for forwarded headers, the encoding and observations; before those that read forms. */
    static final int ORDER = -10_050;

    private static final String BASE_PATH = "spring.webflux.base-path";
    private static final String CONTEXT_PATH = "server.servlet.context-path";

    /** Creates the configuration; called by Spring. */
    public WebhookAutoConfiguration() {}

    /** The filter of a servlet application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Filter.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class ServletConfiguration {

        @Bean
        ConnectorWebhooks connectorWebhooks(ConnectorsProperties properties, Environment environment) {
            return new ConnectorWebhooks(environment.getProperty(CONTEXT_PATH, ""), properties.webhooks());
        }

        @Bean
        FilterRegistrationBean<WebhookFilter> connectorWebhookFilter(
                ConnectorWebhooks webhooks, Environment environment) {
            String path = WebhookPaths.withoutSlash(environment.getProperty(CONTEXT_PATH, ""));
            FilterRegistrationBean<WebhookFilter> registration =
                    new FilterRegistrationBean<>(new WebhookFilter(webhooks, path));
            registration.setOrder(ORDER);
            registration.setAsyncSupported(true);
            return registration;
        }

        /** If the dispatcher servlet has a path, a container calls no filter for a path without a servlet. */
        @Bean
        @Conditional(DispatcherPathCondition.class)
        ServletRegistrationBean<WebhookServlet> connectorWebhookServlet(
                ConnectorWebhooks webhooks, ConnectorsProperties properties) {
            ServletRegistrationBean<WebhookServlet> registration = new ServletRegistrationBean<>(
                    WebhookServlet.of(webhooks),
                    WebhookPaths.withoutSlash(properties.webhooks().basePath()) + "/*");
            registration.setName(WebhookFilter.SERVLET);
            return registration;
        }
    }

    /** Matches if the dispatcher servlet does not serve all paths. */
    static final class DispatcherPathCondition implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            String path = context.getEnvironment().getProperty("spring.mvc.servlet.path", "");
            return !WebhookPaths.withoutSlash(path).isEmpty();
        }
    }

    /** The filter of a reactive application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebFilter.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class ReactiveConfiguration {

        @Bean
        ConnectorWebhooks connectorWebhooks(ConnectorsProperties properties, Environment environment) {
            return new ConnectorWebhooks(environment.getProperty(BASE_PATH, ""), properties.webhooks());
        }

        @Bean
        WebFilter connectorWebhookFilter(ConnectorWebhooks webhooks, Environment environment) {
            String path = WebhookPaths.withoutSlash(environment.getProperty(BASE_PATH, ""));
            return new WebhookWebFilter(webhooks, path);
        }
    }
}
