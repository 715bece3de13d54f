package io.httpconnector.spring.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Checks whether a method of a bean can be called for each event. */
final class HandlerBean {

    private static final Set<String> WEB_SCOPES = Set.of("request", "session");

    private HandlerBean() {}

    /** Returns why a method of a bean cannot be called; null if it can. The bean is not created. */
    static @Nullable String problem(ConfigurableListableBeanFactory factory, String bean, Method method) {
        if (isDefined(factory, bean) && !factory.getMergedBeanDefinition(bean).isSingleton()) {
            return "the bean \"" + bean + "\" has the scope " + scope(factory, bean)
                    + ", so there is no instance for the events: use a singleton, or a proxy such as @Scope(\""
                    + scope(factory, bean) + "\", proxyMode = ScopedProxyMode.TARGET_CLASS)";
        }
        String target = ScopedProxyUtils.getTargetBeanName(bean);
        if (isDefined(factory, target) && WEB_SCOPES.contains(scope(factory, target))) {
            return "the bean \"" + bean + "\" has the scope " + scope(factory, target)
                    + ", but events are handled outside of requests: use a singleton";
        }
        Class<?> type = factory.getType(bean, false);
        return type == null ? null : problem(type, method);
    }

    private static @Nullable String problem(Class<?> type, Method method) {
        try {
            Method unused = AopUtils.selectInvocableMethod(method, type);
        } catch (IllegalStateException e) {
            return "the proxy of its bean does not have the method: "
                    + (Modifier.isPrivate(method.getModifiers())
                            ? "it must not be private"
                            : "add it to the interface, or set proxyTargetClass to true");
        }
        boolean isSkipped = Modifier.isFinal(method.getModifiers())
                && SpringProxy.class.isAssignableFrom(type)
                && !Proxy.isProxyClass(type);
        return isSkipped ? "the proxy of its bean cannot override it: it must not be final" : null;
    }

    private static boolean isDefined(ConfigurableListableBeanFactory factory, String bean) {
        return factory.containsBeanDefinition(bean);
    }

    private static String scope(ConfigurableListableBeanFactory factory, String bean) {
        return String.valueOf(factory.getMergedBeanDefinition(bean).getScope());
    }
}
