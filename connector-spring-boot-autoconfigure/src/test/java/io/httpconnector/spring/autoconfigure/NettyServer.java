package io.httpconnector.spring.autoconfigure;

import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * Chooses Netty as the server of reactive applications, as in most applications. The class path has Tomcat, too, which Spring Boot
 * prefers; but with WebFlux, a busy Tomcat sometimes closes a socket without a response, and the client repeats the request.
 */
final class NettyServer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String BOOT_3 = "org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory";
    private static final String BOOT_4 = "org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        if ("reactive".equals(context.getEnvironment().getProperty("spring.main.web-application-type"))) {
            String factory = ClassUtils.isPresent(BOOT_4, context.getClassLoader()) ? BOOT_4 : BOOT_3;
            ((BeanDefinitionRegistry) context)
                    .registerBeanDefinition(
                            "nettyServer",
                            BeanDefinitionBuilder.rootBeanDefinition(factory).getBeanDefinition());
        }
    }
}
