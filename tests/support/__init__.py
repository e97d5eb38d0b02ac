"""Servers, browsers and builders that several features' tests share."""
